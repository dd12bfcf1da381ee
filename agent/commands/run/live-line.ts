/**
 * The one-line status that `run` keeps at the foot of a terminal, rewritten once a second.
 * Log lines scroll above it. Off a terminal there is none: the log says what changes.
 */
import { sentence } from '../../verdict/sentence.ts';
import type { Snapshot } from '../../verdict/snapshot.ts';
import { sizeOr } from '../terminal-size.ts';

const CLEAR_LINE = '\r\x1b[2K';

export interface Terminal {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

export class LiveLine {
  readonly #terminal: Terminal;
  #shown = false;

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  show(snapshot: Snapshot): void {
    if (!this.#terminal.isTTY) return;
    const time = new Date(snapshot.at).toISOString().slice(11, 19);
    const { up, degraded, down, unknown } = snapshot.counts;
    const counts = [
      down > 0 ? `${down} down` : '',
      degraded > 0 ? `${degraded} degraded` : '',
      unknown > 0 ? `${unknown} unknown` : '',
      `${up} up`,
    ].filter((part) => part !== '');
    const line = `${time}  ${sentence(snapshot.verdict, snapshot.at)}  [${counts.join(', ')}]`;
    const width = Math.max(20, sizeOr(this.#terminal.columns, 80) - 1);
    this.#terminal.write(CLEAR_LINE + (line.length > width ? `${line.slice(0, width - 1)}…` : line));
    this.#shown = true;
  }

  /** Writes a whole line above the status line. */
  above(line: string): void {
    if (this.#shown) this.#terminal.write(CLEAR_LINE);
    this.#shown = false;
    this.#terminal.write(line);
  }

  end(): void {
    if (this.#shown) this.#terminal.write('\n');
    this.#shown = false;
  }
}
