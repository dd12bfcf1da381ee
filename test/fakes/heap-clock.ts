/** A clock that moves only when a test moves it, for thousands of timers: they wait in a binary heap. */
import type { VpcClock } from '../../agent/vpc/poller.ts';

interface Timer {
  readonly due: number;
  readonly callback: () => void;
  cancelled: boolean;
}

export class HeapClock implements VpcClock {
  readonly #settled: () => Promise<void>;
  #now = 0;
  readonly #heap: Timer[] = [];

  /** @param settled waits until what a timer began has come to rest */
  constructor(settled: () => Promise<void> = () => new Promise(setImmediate)) {
    this.#settled = settled;
  }

  mono(): number {
    return this.#now;
  }

  wall(): number {
    return Date.UTC(2026, 11, 1) + this.#now;
  }

  after(delayMs: number, callback: () => void): () => void {
    const timer = { due: this.#now + delayMs, callback, cancelled: false };
    this.#push(timer);
    return () => {
      timer.cancelled = true;
    };
  }

  async advance(ms: number): Promise<void> {
    const end = this.#now + ms;
    for (let next = this.#heap[0]; next !== undefined && next.due <= end; next = this.#heap[0]) {
      this.#pop();
      if (next.cancelled) continue;
      this.#now = next.due;
      next.callback();
      await this.#settled();
    }
    this.#now = end;
  }

  #push(timer: Timer): void {
    const heap = this.#heap;
    let at = heap.push(timer) - 1;
    while (at > 0) {
      const up = (at - 1) >> 1;
      if (heap[up]!.due <= timer.due) break;
      heap[at] = heap[up]!;
      at = up;
    }
    heap[at] = timer;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop()!;
    if (heap.length === 0) return;
    let at = 0;
    for (;;) {
      let down = 2 * at + 1;
      if (down + 1 < heap.length && heap[down + 1]!.due < heap[down]!.due) down += 1;
      if (down >= heap.length || heap[down]!.due >= last.due) break;
      heap[at] = heap[down]!;
      at = down;
    }
    heap[at] = last;
  }
}
