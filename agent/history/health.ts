/** What is wrong with the history, in words for the page, the log and `status`. */
import type { Notice } from '../verdict/snapshot.ts';
import type { StoreFault } from './store.ts';

export class Health {
  writeErrors = 0;
  /** Rows lost because memory ran out before the disk took them. */
  lostRows = 0;
  /** Packed chunks whose checksum was wrong; they were deleted. */
  damagedChunks = 0;
  readonly #path: string | null;
  #memory: Notice | null = null;
  #fault: { kind: StoreFault; since: number; text: string } | null = null;
  #aside: Notice | null = null;

  constructor(path: string | null) {
    this.#path = path;
  }

  /** History lives in memory, for this reason. */
  inMemory(code: string, text: string, remedy: string, since: number): void {
    const effect = 'history is kept in memory only and ends with the agent';
    this.#memory = { code: `history-${code}`, severity: 'warning', text: `${text}: ${effect}`, remedy, since };
  }

  failed(kind: StoreFault, text: string, now: number): void {
    this.writeErrors += 1;
    if (this.#fault?.kind !== kind) this.#fault = { kind, since: now, text };
  }

  /** True while the disk takes nothing. */
  get faulty(): boolean {
    return this.#fault !== null;
  }

  worked(): void {
    this.#fault = null;
  }

  setAside(why: 'corrupt' | 'newer' | 'gone', aside: string | null, now: number): void {
    const what = {
      corrupt: `the history file could not be read and was set aside as ${aside}`,
      newer: `the history file was written by a later version and was set aside as ${aside}`,
      gone: `the history file ${this.#path} was moved or deleted under the agent`,
    }[why];
    const remedy = {
      corrupt: 'check the disk; delete the file set aside when nobody wants to look at it',
      newer: 'to have it back, run the later version again and rename the file to history.db',
      gone: 'leave the file to the agent while it runs; set history.maxBytes to make it smaller',
    }[why];
    const text = `${what}; a new one was begun`;
    this.#aside = { code: `history-${why}`, severity: 'warning', text, remedy, since: now };
  }

  notices(): Notice[] {
    const notices: Notice[] = [];
    if (this.#memory) notices.push(this.#memory);
    if (this.#fault) notices.push(this.#faultNotice(this.#fault));
    if (this.#aside) notices.push(this.#aside);
    return notices;
  }

  #faultNotice(fault: { kind: StoreFault; since: number; text: string }): Notice {
    const lost = this.lostRows > 0 ? `, ${this.lostRows} rows were lost` : '';
    const effect = `measuring goes on, history waits in memory${lost}`;
    const full = fault.kind === 'full';
    return {
      code: full ? 'history-disk-full' : 'history-disk',
      severity: 'error',
      text: full ? `no space for history: ${effect}` : `history cannot be written (${fault.text}): ${effect}`,
      remedy: full ? `free space on the file system of ${this.#path}` : `check the disk that holds ${this.#path}`,
      since: fault.since,
    };
  }
}
