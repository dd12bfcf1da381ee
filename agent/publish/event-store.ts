/**
 * Events that wait for EventBridge, oldest first, in one append-only file: a frame (frame.ts) an event, a frame for
 * what was accepted out of the middle. Once nothing waits the file is emptied, so it is empty nearly always. kill -9
 * loses nothing that was appended; what was accepted but not yet noted is sent again, under the same id.
 *
 * Without a disk events wait in memory, and are written when the disk works again.
 */
import { type FileHandle, mkdir, open, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { BusEvent } from '../aws/event-bridge.ts';
import { frame, readFrames } from './frame.ts';

export interface WaitingEvent {
  /** Ascending. */
  readonly number: number;
  readonly event: BusEvent;
}

export interface EventStoreStatus {
  readonly mode: 'disk' | 'memory';
  readonly waiting: number;
  /** Time of the oldest that waits; null when none does. */
  readonly oldest: number | null;
  /** Dropped unsent, because more waited than there is room for. */
  readonly dropped: number;
  /** What the disk said last, while it takes nothing. */
  readonly fault: string | null;
}

export interface EventStoreOptions {
  /** null keeps them in memory. */
  readonly directory: string | null;
  readonly maxBytes: number;
}

interface Held extends WaitingEvent {
  readonly bytes: number;
}

type Line = { readonly number: number; readonly event: BusEvent } | { readonly done: readonly number[] };

export class EventStore {
  readonly #options: EventStoreOptions;
  #waiting: Held[] = [];
  #bytes = 0;
  #number = 0;
  #dropped = 0;
  #fault: string | null = null;
  #file: FileHandle | null = null;
  #fileBytes = 0;
  /** The file does not hold what waits: it is written anew. */
  #stale = false;
  #loaded = false;
  #busy: Promise<void> = Promise.resolve();

  constructor(options: EventStoreOptions) {
    this.#options = options;
  }

  /** Takes up what an earlier life left. */
  open(): Promise<void> {
    return this.#next(() => this.#load());
  }

  /** Ends when they are on the disk, or are known to wait in memory. */
  append(events: readonly BusEvent[]): Promise<void> {
    return this.#next(async () => {
      // before anything can fail
      const held = events.map((event) => hold((this.#number += 1), event));
      this.#waiting.push(...held);
      this.#bytes += sum(held);
      this.#makeRoom();
      await this.#write(() => held.map(({ number, event }) => ({ number, event })));
    });
  }

  /** At most `most`, in order. */
  oldest(most: number): readonly WaitingEvent[] {
    return this.#waiting.slice(0, most);
  }

  /** They were accepted, or never will be. */
  done(numbers: readonly number[]): Promise<void> {
    return this.#next(async () => {
      const gone = new Set(numbers);
      this.#waiting = this.#waiting.filter(({ number }) => !gone.has(number));
      this.#bytes = sum(this.#waiting);
      await this.#write(() => [{ done: numbers }]);
    });
  }

  status(): EventStoreStatus {
    const { directory } = this.#options;
    return {
      mode: directory === null || this.#fault !== null ? 'memory' : 'disk',
      waiting: this.#waiting.length,
      oldest: this.#waiting[0]?.event.at ?? null,
      dropped: this.#dropped,
      fault: this.#fault,
    };
  }

  async close(): Promise<void> {
    await this.#busy;
    await this.#file?.close().catch(() => undefined);
    this.#file = null;
  }

  get #path(): string {
    return join(this.#options.directory ?? '', 'events');
  }

  #makeRoom(): void {
    while (this.#bytes > this.#options.maxBytes && this.#waiting.length > 1) {
      this.#bytes -= this.#waiting.shift()?.bytes ?? 0;
      this.#dropped += 1;
      // a file that holds what was dropped would bring it back
      this.#stale = true;
    }
  }

  async #write(lines: () => readonly Line[]): Promise<void> {
    if (this.#options.directory === null) return;
    if (!this.#loaded) return this.#load();
    if (this.#waiting.length === 0 || this.#stale || this.#file === null) return this.#rewrite();
    const data = Buffer.concat(lines().map(framed));
    await this.#file.appendFile(data);
    this.#fileBytes += data.length;
    await this.#file.datasync();
    if (this.#fileBytes > 2 * this.#options.maxBytes) await this.#rewrite();
  }

  /** What an earlier life left stands before what came since; until it was read, nothing is written over it. */
  async #load(): Promise<void> {
    const { directory } = this.#options;
    if (this.#loaded || directory === null) return;
    await mkdir(directory, { recursive: true, mode: 0o700 });
    const content = await readFile(this.#path).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return Buffer.alloc(0);
      throw error;
    });
    this.#loaded = true;
    const earlier = waitingIn(content);
    // below all of this life, which may be under way by their numbers
    const last = earlier.at(-1)?.number ?? 0;
    this.#waiting = [...earlier.map((held) => ({ ...held, number: held.number - last })), ...this.#waiting];
    this.#bytes = sum(this.#waiting);
    this.#makeRoom();
    await this.#rewrite();
  }

  /** The file holds what waits and nothing else. */
  async #rewrite(): Promise<void> {
    const data = Buffer.concat(this.#waiting.map(({ number, event }) => framed({ number, event })));
    if (data.length === 0 && this.#file !== null) {
      await this.#file.truncate(0);
    } else {
      await this.#file?.close();
      this.#file = null;
      await writeFile(`${this.#path}.new`, data, { mode: 0o600, flush: true });
      await rename(`${this.#path}.new`, this.#path);
      this.#file = await open(this.#path, 'a', 0o600);
    }
    this.#fileBytes = data.length;
    this.#stale = false;
  }

  /** One after the other; a fault leaves everything in memory, and the next write tries the whole again. */
  #next(action: () => Promise<void>): Promise<void> {
    this.#busy = this.#busy.then(action).then(
      () => {
        this.#fault = null;
      },
      (error: NodeJS.ErrnoException) => {
        this.#fault = error.code ?? error.message;
        this.#stale = true;
      },
    );
    return this.#busy;
  }
}

const sum = (held: readonly Held[]): number => held.reduce((total, { bytes }) => total + bytes, 0);

const framed = (line: Line): Buffer => frame(Buffer.from(JSON.stringify(line), 'utf8'));

const hold = (number: number, event: BusEvent): Held => ({ number, event, bytes: event.detail.length + 200 });

/** What of a file still waits; damaged frames are passed over. */
function waitingIn(content: Buffer): Held[] {
  const held = new Map<number, Held>();
  for (const payload of readFrames(content).payloads) {
    const line = lineOf(payload);
    if (line === null) continue;
    if ('done' in line) for (const number of line.done) held.delete(number);
    else held.set(line.number, hold(line.number, line.event));
  }
  return [...held.values()].sort((a, b) => a.number - b.number);
}

function lineOf(payload: Buffer): Line | null {
  try {
    return JSON.parse(payload.toString('utf8')) as Line;
  } catch {
    return null;
  }
}
