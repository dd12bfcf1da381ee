/**
 * Runs of consecutive lost probes (RFC 3357 loss periods). The same loss ratio hurts a call little when it is
 * spread and cuts a sentence off when it comes at once; only the runs tell the two apart.
 */

export class LossBursts {
  #current = 0;
  #longest = 0;

  /** Probes this host never sent are in no run and end none: do not add them. */
  add(lost: boolean): void {
    this.#current = lost ? this.#current + 1 : 0;
    if (this.#current > this.#longest) this.#longest = this.#current;
  }

  /** Length of the run that is not over, 0 after a reply. */
  get current(): number {
    return this.#current;
  }

  get longest(): number {
    return this.#longest;
  }

  reset(): void {
    this.#current = 0;
    this.#longest = 0;
  }
}
