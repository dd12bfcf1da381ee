/**
 * An outage from its first lost probe to its first good one. With a probe every second its true length is within
 * one interval of that on either side; both ends are times of sending, so a slow timeout lengthens nothing.
 */
import type { Milliseconds } from './target.ts';

/** Probes lost in a row that are not over. */
export interface LossRun {
  /** When the first lost probe was sent, monotonic. */
  readonly beganMono: Milliseconds;
  readonly lost: number;
}

/** Replies in a row, told from when the first was sent. */
export interface ReplyRun {
  readonly beganMono: Milliseconds;
  readonly replies: number;
}

/** Follows finished probes in sending order and knows which run they are in. */
export class Runs {
  #lost = 0;
  #lostFrom: Milliseconds = 0;
  #replies = 0;
  #repliesFrom: Milliseconds = 0;

  add(lost: boolean, sentMono: Milliseconds): void {
    if (lost) {
      if (this.#lost === 0) this.#lostFrom = sentMono;
      this.#lost += 1;
      this.#replies = 0;
    } else {
      if (this.#replies === 0) this.#repliesFrom = sentMono;
      this.#replies += 1;
      this.#lost = 0;
    }
  }

  /** null when the last probe was answered. */
  get loss(): LossRun | null {
    return this.#lost === 0 ? null : { beganMono: this.#lostFrom, lost: this.#lost };
  }

  /** null when the last probe was lost. */
  get reply(): ReplyRun | null {
    return this.#replies === 0 ? null : { beganMono: this.#repliesFrom, replies: this.#replies };
  }
}
