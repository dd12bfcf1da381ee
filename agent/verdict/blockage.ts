/**
 * When this host cannot measure a target: it has no route, a firewall, no name, no time, or nobody probes. Then the
 * target is unknown, with a reason that names this host, and what was known of the path waits underneath.
 */
import type { LocalCode } from '../measure/singleton.ts';
import type { Milliseconds, Target } from '../measure/target.ts';
import { GRACE_MS } from '../measure/windows.ts';
import type { Cause } from './cause.ts';

/** Local failures in a row before a known state becomes unknown: one may be a hiccup of this host. */
const RUN = 2;
/** The agent's own lateness says nothing about the path: the last state stands for as long as a window. */
const PASSING: readonly LocalCode[] = ['overload', 'suspended'];

export interface Block {
  readonly sinceMono: Milliseconds;
  readonly cause: Cause;
}

export class Blockage {
  readonly #target: Target;
  readonly #label: string;
  #last: { readonly code: LocalCode; readonly text: string } | null = null;
  /** Local failures in a row, in sending order. */
  #run = 0;
  #runMono: Milliseconds = 0;
  /** When the newest probe that left this host was sent. */
  #measuredMono: Milliseconds | null = null;
  #bornMono: Milliseconds | null = null;
  #freeMono: Milliseconds = 0;

  constructor(target: Target, label: string) {
    this.#target = target;
    this.#label = label;
  }

  /** The target is being probed from now on. */
  begin(nowMono: Milliseconds): void {
    this.#bornMono = nowMono;
  }

  /** Why the latest probe could not be sent or judged, as it is reported. */
  reported(code: LocalCode, text: string): void {
    this.#last = { code, text };
  }

  /** The next probe in sending order could not be sent or judged. */
  local(sentMono: Milliseconds): void {
    if (this.#run === 0) this.#runMono = sentMono;
    this.#run += 1;
  }

  /** The next probe in sending order left this host. */
  measured(sentMono: Milliseconds): void {
    if (this.#run > 0) this.#freeMono = sentMono;
    this.#run = 0;
    this.#measuredMono = sentMono;
  }

  /** When probes began to leave this host again; 0 when they always did. */
  get freeMono(): Milliseconds {
    return this.#freeMono;
  }

  /** A passing trouble of this agent while the last state still stands. */
  get passing(): Cause | null {
    return this.#run > 0 && this.#last !== null && PASSING.includes(this.#last.code) ? this.#cause(this.#last) : null;
  }

  /** True when the latest probes show that this host cannot measure; time may show it too, see {@link now}. */
  get isCertain(): boolean {
    if (this.#run === 0 || this.#last === null || PASSING.includes(this.#last.code)) return false;
    return this.#run >= RUN || this.#measuredMono === null;
  }

  /** null while the target is being measured. */
  now(nowMono: Milliseconds): Block | null {
    if (this.isCertain && this.#last !== null) return { sinceMono: this.#runMono, cause: this.#cause(this.#last) };
    const { everyMs, timeoutMs, thresholds } = this.#target;
    const heardMono = this.#run > 0 ? this.#runMono : (this.#measuredMono ?? this.#bornMono);
    if (heardMono === null) return null;
    const patienceMs = Math.max(3 * everyMs, thresholds.windowMs) + timeoutMs + GRACE_MS;
    if (nowMono - heardMono <= patienceMs) return null;
    if (this.#run > 0 && this.#last !== null) return { sinceMono: this.#runMono, cause: this.#cause(this.#last) };
    return { sinceMono: heardMono + everyMs, cause: { code: 'silent', forMs: nowMono - heardMono } };
  }

  #cause(last: { readonly code: LocalCode; readonly text: string }): Cause {
    return { code: 'local', local: last.code, text: last.text, label: this.#label };
  }
}
