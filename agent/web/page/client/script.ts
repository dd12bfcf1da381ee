/**
 * The page's one script: about 20 KB as read here, 5 KB sent. Plain JavaScript with its types in comments, checked
 * by the compiler in a test; it uses neither markup sinks nor inline styles, so strict CSP and Trusted Types hold.
 */
import { compact } from '../compact.ts';
import { chartScript } from './chart.js.ts';
import { keysScript } from './keys.js.ts';
import { liveScript } from './live.js.ts';
import { redrawScript } from './redraw.js.ts';
import { timeScript } from './time.js.ts';

/** As written, for the compiler and the tests. */
export const source = [
  '(() => {',
  "'use strict';",
  timeScript,
  redrawScript,
  liveScript,
  chartScript,
  keysScript,
  '})();',
].join('\n');

export const script = (): string => compact(source);
