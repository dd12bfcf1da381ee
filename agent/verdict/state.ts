/** States, and the words for why something is in one. */

export type State = 'up' | 'degraded' | 'down' | 'unknown';

/** Why something is in its state, in words; `code` is stable for scripts. */
export interface Reason {
  readonly code: string;
  readonly text: string;
}
