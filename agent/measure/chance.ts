/**
 * What could be chance and what could not: the arithmetic behind "down" and "answers again".
 *
 * Losses are treated as independent, which favours calling an outage: real losses come in bursts, and a burst is
 * what an operator wants to hear of.
 */

/** One in this many is not called chance any more. */
export const ONE_IN = 10_000;

/**
 * How many outcomes in a row, each as likely as `ratio`, would happen by chance at most once in `oneIn`:
 * 2 at 1 %, 4 at 5 %, 14 at 50 % for one in 10,000.
 *
 * @param ratio above 0 and below 1
 */
export function runBeyondChance(ratio: number, oneIn = ONE_IN): number {
  // The epsilon keeps 0.01² = 1/10,000 at two.
  return Math.max(1, Math.ceil(-Math.log(oneIn) / Math.log(ratio) - 1e-9));
}

/** Chance of at least `hits` among `trials` when each is as likely as `ratio` (upper tail of the binomial). */
export function atLeast(hits: number, trials: number, ratio: number): number {
  if (hits <= 0) return 1;
  if (hits > trials || ratio <= 0) return 0;
  if (ratio >= 1) return 1;
  // Terms of the lower tail by recurrence, in logarithms at first: (1−p)^n underflows beyond 1,000 trials.
  let logTerm = trials * Math.log1p(-ratio);
  let below = Math.exp(logTerm);
  for (let k = 1; k < hits; k += 1) {
    logTerm += Math.log((trials - k + 1) / k) + Math.log(ratio) - Math.log1p(-ratio);
    below += Math.exp(logTerm);
  }
  return Math.max(0, 1 - below);
}

/**
 * Evidence for one ratio against another, gathered outcome by outcome: the log-likelihood ratio, never below 0
 * (Page's CUSUM, 1954). A score of ln(n) says that what was seen is n times likelier under `suspected`.
 * It is the quickest test there is for a ratio that changes at an unknown moment, and it costs one number.
 */
export class Suspicion {
  readonly #hit: number;
  readonly #miss: number;
  #score = 0;

  /** Both above 0 and below 1, and different. */
  constructor(usual: number, suspected: number) {
    this.#hit = Math.log(suspected / usual);
    this.#miss = Math.log((1 - suspected) / (1 - usual));
  }

  get score(): number {
    return this.#score;
  }

  add(hit: boolean): void {
    this.#score = Math.max(0, this.#score + (hit ? this.#hit : this.#miss));
  }

  reset(): void {
    this.#score = 0;
  }
}
