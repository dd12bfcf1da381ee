/** What the watch remembers, in a file of the state directory: written whole or not at all, read once at the start. */
import { readFileSync } from 'node:fs';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { readMemory, type SavedMemory } from './memory.ts';

export class MemoryFile {
  readonly #path: string;
  #writing: Promise<void> = Promise.resolve();
  /** Why it could not be written, in the system's code; null when it could. */
  fault: string | null = null;

  constructor(path: string) {
    this.#path = path;
  }

  /** null when there is none, or when it is damaged: then it is set aside, as NAME.bad. */
  async read(): Promise<SavedMemory | null> {
    let text: string;
    try {
      text = readFileSync(this.#path, 'utf8');
    } catch {
      return null;
    }
    const saved = readMemory(text);
    if (saved === null) await rename(this.#path, `${this.#path}.bad`).catch(() => undefined);
    return saved;
  }

  /** Writes after what is being written; the last one wins. */
  write(saved: SavedMemory): Promise<void> {
    this.#writing = this.#writing.then(async () => {
      try {
        await mkdir(dirname(this.#path), { recursive: true });
        const fresh = `${this.#path}.new`;
        await writeFile(fresh, JSON.stringify(saved), { mode: 0o600 });
        await rename(fresh, this.#path);
        this.fault = null;
      } catch (error) {
        this.fault = (error as NodeJS.ErrnoException).code ?? String(error);
      }
    });
    return this.#writing;
  }
}
