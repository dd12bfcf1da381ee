/**
 * The loss a path had before what happens now: the yardstick that says whether a run of losses could be chance.
 */

/** Probes after which an earlier one counts half: five minutes at one a second. */
const DECAY = 0.5 ** (1 / 300);
/** A path is never trusted more than this: two losses in a row are then once in 10,000. */
const FLOOR = 0.01;
const CEILING = 0.99;
/** With fewer probes than this the ratio leans on the floor. */
const PRIOR_PROBES = 50;

export class UsualLoss {
  #sent = 0;
  #lost = 0;

  /** Loss ratio seen so far, within 1 % and 99 %. */
  get ratio(): number {
    const ratio = this.#lost / Math.max(PRIOR_PROBES, this.#sent);
    return Math.min(CEILING, Math.max(FLOOR, ratio));
  }

  /** Counts what is over: a reply, and the losses just before it. */
  add(lost: number): void {
    const fade = DECAY ** (lost + 1);
    this.#sent = this.#sent * fade + lost + 1;
    this.#lost = this.#lost * fade + lost;
  }

  /** Starts over: what was lost in a trouble that is over is no yardstick for the time after it. */
  forget(): void {
    this.#sent = 0;
    this.#lost = 0;
  }
}
