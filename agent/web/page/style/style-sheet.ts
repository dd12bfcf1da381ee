/** The one style sheet, in the order its parts build on each other. */
import { compact } from '../compact.ts';
import { base } from './base.css.ts';
import { list } from './list.css.ts';
import { small } from './small.css.ts';
import { tokens } from './tokens.css.ts';
import { verdict } from './verdict.css.ts';
import { views } from './views.css.ts';
import { vpcStyle } from './vpc.css.ts';

export const styleSheet = (): string => compact([tokens, base, verdict, list, views, vpcStyle, small].join('\n'));
