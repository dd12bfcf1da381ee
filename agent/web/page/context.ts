/** What every view is drawn from, and what it gives back. */
import type { Snapshot } from '../../verdict/snapshot.ts';
import type { Sources } from '../sources.ts';
import type { Html } from './html.ts';
import type { Memory } from './memory.ts';
import type { PageQuery, RangeName } from './query.ts';
import type { Window } from './window.ts';

export interface Context {
  readonly snapshot: Snapshot;
  readonly sources: Sources;
  readonly memory: Memory;
  readonly query: PageQuery;
  readonly window: Window;
  /** Wall time the page speaks of: the snapshot's, so that all its ages agree. */
  readonly now: number;
}

export interface Body {
  readonly status: 200 | 404;
  /** Subject of the tab's title; null takes the verdict's headline. */
  readonly title: string | null;
  readonly main: Html;
  /** How often the script fetches the view anew for its charts, s. */
  readonly everySeconds: number;
}

/**
 * One view. A new one is a file beside `overview.ts` and a row in `pages.ts`; with `nav` it stands in the
 * navigation and answers to `g` and its letter.
 */
export interface View {
  /** First segment of the path; empty for the overview. */
  readonly segment: string;
  /** The path ends in the name of a site or target. */
  readonly named: boolean;
  readonly nav: { readonly word: string; readonly letter: string } | null;
  /** Whether there is anything behind its entry of the navigation; absent: always. */
  readonly inNav?: (snapshot: Snapshot) => boolean;
  readonly usualRange: (context: Omit<Context, 'window'>) => RangeName;
  readonly draw: (context: Context, name: string) => Body;
}
