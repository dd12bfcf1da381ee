/** Keeps what a prober tells, and lets a test wait for it. */
import type { Note, Outcome, ProbeSink, Singleton } from '../../agent/measure/singleton.ts';

export class RecordingSink implements ProbeSink {
  readonly singletons: Singleton[] = [];
  readonly notes: Note[] = [];
  #waiting: (() => void)[] = [];

  singleton(singleton: Singleton): void {
    this.singletons.push(singleton);
    this.#wake();
  }

  note(note: Note): void {
    this.notes.push(note);
    this.#wake();
  }

  /** Resolves when `until` holds; fails after `withinMs`, with what was told so far. */
  async wait(until: (sink: this) => boolean, withinMs = 10_000): Promise<void> {
    const deadline = Date.now() + withinMs;
    while (!until(this)) {
      const left = deadline - Date.now();
      if (left <= 0) throw new Error(`not told within ${withinMs} ms; so far ${JSON.stringify(this)}`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left);
        this.#waiting.push(() => {
          clearTimeout(timer);
          resolve();
        });
      });
    }
  }

  /** The first `count` outcomes. */
  async outcomes(count = 1, withinMs = 10_000): Promise<Outcome[]> {
    await this.wait((sink) => sink.singletons.length >= count, withinMs);
    return this.singletons.slice(0, count).map(({ outcome }) => outcome);
  }

  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const wake of waiting) wake();
  }
}
