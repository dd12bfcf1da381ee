/**
 * When each target is due. Targets keep their phase: a probe sent late does not push the next one later, and what
 * was missed while nobody looked is left out, never made up for in a burst.
 *
 * A binary heap over typed arrays: the next due one is at hand, and 10,000 targets cost 20 comparisons a probe.
 * Pure: the caller says what time it is.
 */
export class Schedule {
  /** Keys in heap order, and where each key stands in it. */
  #heap = new Int32Array(16);
  #place = new Int32Array(16).fill(-1);
  #due = new Float64Array(16);
  #every = new Float64Array(16);
  #size = 0;
  /** Probes sent more than half an interval after they were due. */
  late = 0;
  /** Probes left out because their time had passed altogether. */
  skipped = 0;

  get size(): number {
    return this.#size;
  }

  /** Adds a key (a small number) that is due first at `firstMs` and then every `everyMs`. */
  add(key: number, everyMs: number, firstMs: number): void {
    this.#reserve(key);
    this.#due[key] = firstMs;
    this.#every[key] = everyMs;
    this.#heap[this.#size] = key;
    this.#place[key] = this.#size;
    this.#size += 1;
    this.#up(this.#size - 1);
  }

  remove(key: number): void {
    const place = this.#place[key] ?? -1;
    if (place < 0) return;
    this.#size -= 1;
    this.#place[key] = -1;
    if (place === this.#size) return;
    const moved = this.#heap[this.#size] ?? 0;
    this.#heap[place] = moved;
    this.#place[moved] = place;
    this.#up(place);
    this.#down(this.#place[moved] ?? place);
  }

  /** When the next key is due; Infinity when there is none. */
  nextDue(): number {
    return this.#size === 0 ? Number.POSITIVE_INFINITY : (this.#due[this.#heap[0] ?? 0] ?? 0);
  }

  /** Takes a key that is due, longest overdue first, and sets its next time; −1 when none is due. */
  take(nowMs: number): number {
    const due = this.nextDue();
    if (due > nowMs) return -1;
    const key = this.#heap[0] ?? 0;
    const every = this.#every[key] ?? 1;
    const lateness = nowMs - due;
    if (lateness > every / 2) this.late += 1;
    const passed = Math.floor(lateness / every);
    this.skipped += passed;
    this.#due[key] = due + (passed + 1) * every;
    this.#down(0);
    return key;
  }

  #before(a: number, b: number): boolean {
    return (this.#due[this.#heap[a] ?? 0] ?? 0) < (this.#due[this.#heap[b] ?? 0] ?? 0);
  }

  #up(from: number): void {
    for (let at = from; at > 0; ) {
      const parent = (at - 1) >> 1;
      if (!this.#before(at, parent)) return;
      this.#swap(at, parent);
      at = parent;
    }
  }

  #down(from: number): void {
    for (let at = from; ; ) {
      const left = 2 * at + 1;
      if (left >= this.#size) return;
      const least = left + 1 < this.#size && this.#before(left + 1, left) ? left + 1 : left;
      if (!this.#before(least, at)) return;
      this.#swap(at, least);
      at = least;
    }
  }

  #swap(a: number, b: number): void {
    const [left, right] = [this.#heap[a] ?? 0, this.#heap[b] ?? 0];
    this.#heap[a] = right;
    this.#heap[b] = left;
    this.#place[right] = a;
    this.#place[left] = b;
  }

  #reserve(key: number): void {
    const capacity = this.#due.length;
    if (key < capacity && this.#size < capacity) return;
    const wider = Math.max(key + 1, capacity * 2);
    const copy = <T extends Int32Array | Float64Array>(to: T, from: T): T => {
      to.set(from);
      return to;
    };
    this.#heap = copy(new Int32Array(wider), this.#heap);
    this.#place = copy(new Int32Array(wider).fill(-1), this.#place);
    this.#due = copy(new Float64Array(wider), this.#due);
    this.#every = copy(new Float64Array(wider), this.#every);
  }
}
