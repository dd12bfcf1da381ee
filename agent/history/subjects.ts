/** Names of targets and sites, and the numbers they go by in the file. */
import type { Store } from './store.ts';

export class Subjects {
  readonly #ids = new Map<string, number>();
  #unwritten: string[] = [];
  #next = 1;

  load(store: Store): void {
    for (const { id, name } of store.subjects()) {
      this.#ids.set(name, id);
      this.#next = Math.max(this.#next, id + 1);
    }
  }

  /** The number of a name, given now if it has none. */
  id(name: string): number {
    let id = this.#ids.get(name);
    if (id === undefined) {
      id = this.#next;
      this.#next += 1;
      this.#ids.set(name, id);
      this.#unwritten.push(name);
    }
    return id;
  }

  /** The number of a name something was kept under; undefined for any other. */
  find(name: string): number | undefined {
    return this.#ids.get(name);
  }

  /** Inside a transaction; call {@link written} when it is committed. */
  write(store: Store): void {
    for (const name of this.#unwritten) store.addSubject(this.id(name), name);
  }

  written(): void {
    this.#unwritten = [];
  }

  /** The file is new: every name has to be written to it. */
  restart(): void {
    this.#unwritten = [...this.#ids.keys()];
  }
}
