/** 64 random bits for each probe, drawn from the system in one go for many. */
export class Nonces {
  readonly #fill: (words: Uint32Array) => void;
  readonly #words = new Uint32Array(1024);
  #next = this.#words.length;

  /** `fill` overwrites the array with random words. */
  constructor(fill: (words: Uint32Array) => void) {
    this.#fill = fill;
  }

  /** 32 random bits. Never twice the same place: what was used is known to whoever saw the packet. */
  word(): number {
    if (this.#next === this.#words.length) {
      this.#fill(this.#words);
      this.#next = 0;
    }
    const word = this.#words[this.#next] ?? 0;
    this.#next += 1;
    return word;
  }
}
