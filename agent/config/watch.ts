/**
 * Tells when a file has become another: written in place, replaced by rename as editors and configuration management
 * do, or reached through symbolic links that were switched as Kubernetes does.
 *
 * inotify on the directory says it within a fraction of a second; a look every few seconds finds what inotify does
 * not see (the far side of a link, a network file system, a directory that came later, no watches left). Either way
 * the file's identity decides, not the event; and it must have stayed the same for a moment, so that half a file is
 * not taken for a whole one.
 */
import { type FSWatcher, watch } from 'node:fs';
import { dirname } from 'node:path';
import { fileIdentity } from './files.ts';

export interface FileWatch {
  close(): void;
}

export interface WatchTimes {
  /** How often to look without being told, ms. */
  readonly pollMs: number;
  /** How long a changed file must stay as it is, ms. */
  readonly settleMs: number;
}

const TIMES: WatchTimes = { pollMs: 5000, settleMs: 200 };

class PathWatch implements FileWatch {
  readonly #path: string;
  readonly #changed: () => void;
  readonly #times: WatchTimes;
  readonly #poll: NodeJS.Timeout;
  #directory: FSWatcher | null = null;
  #settling: NodeJS.Timeout | null = null;
  /** The identity last told, and that of the last look; null before the first. */
  #told: string;
  #seen: string | null = null;
  #closed = false;

  constructor(path: string, known: string, changed: () => void, times: WatchTimes) {
    this.#path = path;
    this.#told = known;
    this.#changed = changed;
    this.#times = times;
    this.#poll = setInterval(() => this.#look(), times.pollMs);
    this.#poll.unref();
    this.#watchDirectory();
    this.#look();
  }

  close(): void {
    this.#closed = true;
    clearInterval(this.#poll);
    if (this.#settling !== null) clearTimeout(this.#settling);
    this.#directory?.close();
  }

  #watchDirectory(): void {
    if (this.#directory !== null || this.#closed) return;
    try {
      const watcher = watch(dirname(this.#path), { persistent: false }, () => this.#settleSoon());
      this.#directory = watcher;
      // the directory went away, or a limit of inotify was met: polling goes on, and tries again
      watcher.on('error', () => this.#dropDirectory(watcher));
      watcher.on('close', () => this.#dropDirectory(watcher));
    } catch {
      this.#directory = null;
    }
  }

  #dropDirectory(watcher: FSWatcher): void {
    if (this.#directory !== watcher) return;
    this.#directory = null;
    watcher.close();
  }

  #settleSoon(): void {
    if (this.#settling !== null || this.#closed) return;
    this.#settling = setTimeout(() => {
      this.#settling = null;
      this.#look();
    }, this.#times.settleMs);
    this.#settling.unref();
  }

  #look(): void {
    this.#watchDirectory();
    void fileIdentity(this.#path).then((now) => {
      if (this.#closed) return;
      const settled = now === this.#seen;
      this.#seen = now;
      if (now === this.#told) return;
      if (!settled) {
        this.#settleSoon();
        return;
      }
      this.#told = now;
      this.#changed();
    });
  }
}

/**
 * Calls back after each change, also when the file appears or disappears.
 * @param known identity of the file as it was read, so that a change since then is not missed
 */
export function watchFile(path: string, known: string, changed: () => void, times: WatchTimes = TIMES): FileWatch {
  return new PathWatch(path, known, changed, times);
}
