/**
 * Where the ledger keeps its probes: parallel typed arrays, cut into rings, one ring for each stream.
 *
 * 10,000 targets are 160,000 slots of about 50 bytes, which the collector never has to look at. Rings that are given
 * back are used again, so a configuration that is reloaded for months does not grow.
 */
export class ProbeSlots {
  /** 0 is a slot that holds no probe. */
  state = new Uint8Array(0);
  stream = new Int32Array(0);
  sequence = new Uint32Array(0);
  nonceHigh = new Uint32Array(0);
  nonceLow = new Uint32Array(0);
  /** Monotonic ms before and after the send: the packet left in between. */
  before = new Float64Array(0);
  after = new Float64Array(0);
  /** Kernel stamp of the packet's leaving, on the monotonic clock; NaN without one. */
  stamp = new Float64Array(0);

  #used = 0;
  /** First slots of rings given back, by size. */
  readonly #free = new Map<number, number[]>();

  get capacity(): number {
    return this.state.length;
  }

  /** First slot of a ring of `depth` slots, all of them empty. The arrays may be replaced by larger ones. */
  take(depth: number): number {
    const free = this.#free.get(depth)?.pop();
    if (free !== undefined) return free;
    const base = this.#used;
    this.#used += depth;
    if (this.#used > this.capacity) this.#grow(Math.max(this.#used, this.capacity * 2));
    return base;
  }

  give(base: number, depth: number): void {
    this.state.fill(0, base, base + depth);
    const same = this.#free.get(depth);
    if (same) same.push(base);
    else this.#free.set(depth, [base]);
  }

  #grow(capacity: number): void {
    const wider = <T extends Uint8Array | Int32Array | Uint32Array | Float64Array>(to: T, from: T): T => {
      to.set(from);
      return to;
    };
    this.state = wider(new Uint8Array(capacity), this.state);
    this.stream = wider(new Int32Array(capacity), this.stream);
    this.sequence = wider(new Uint32Array(capacity), this.sequence);
    this.nonceHigh = wider(new Uint32Array(capacity), this.nonceHigh);
    this.nonceLow = wider(new Uint32Array(capacity), this.nonceLow);
    this.before = wider(new Float64Array(capacity), this.before);
    this.after = wider(new Float64Array(capacity), this.after);
    this.stamp = wider(new Float64Array(capacity), this.stamp);
  }
}
