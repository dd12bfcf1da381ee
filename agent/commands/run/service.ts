/**
 * What systemd is told: ready once the first probe is answered for or lost (or nothing is to be probed), the verdict
 * as status line, and a watchdog that is fed while probing goes on: when the loop hangs, or probes are due and no prober
 * sees to them, the feed ends and systemd restarts the agent.
 */
import { systemClock } from '../../kernel/clock.ts';
import { KernelUnavailable } from '../../kernel/kernel-unavailable.ts';
import { type ServiceManager, serviceManager } from '../../kernel/sd-notify.ts';
import { sentence } from '../../verdict/sentence.ts';
import type { Snapshot } from '../../verdict/snapshot.ts';
import type { Logger } from './log.ts';

/** Ready after this many snapshots even if no probe came back: long timeouts must not look like a failed start. */
const PATIENCE = 5;

/** A prober that has not turned for this long hangs; a busy one comes late by a second at most, see the overload of it. */
const HUNG_MS = 10_000;

export class Service {
  readonly #manager: ServiceManager | null;
  readonly #log: Pick<Logger, 'error'>;
  /** Snapshots in a row at which probers hung. */
  #hungLooks = 0;
  #ready = false;
  #status = '';
  #fedMono = Number.NEGATIVE_INFINITY;

  /** @param manager null when nobody asked to be told */
  constructor(manager: ServiceManager | null, log: Pick<Logger, 'error'>) {
    this.#manager = manager;
    this.#log = log;
  }

  /** With every snapshot, and for how long probers have hung, ms. */
  observe(snapshot: Snapshot, stalledMs: number): void {
    const manager = this.#manager;
    if (manager === null) return;
    const probed = snapshot.targets.some(({ totals }) => totals.sent + totals.local > 0);
    if (!this.#ready && (probed || snapshot.targets.length === 0 || snapshot.sequence >= PATIENCE)) {
      this.#ready = manager.ready('probing') === 0;
    }
    const { state, headline } = snapshot.verdict;
    if (this.#ready && this.#status !== state + headline) {
      this.#status = state + headline;
      manager.status(sentence(snapshot.verdict, snapshot.at));
    }
    // After a standstill of the whole process this look may come before the probers' own timers, but not the next one.
    this.#hungLooks = stalledMs >= HUNG_MS ? this.#hungLooks + 1 : 0;
    if (this.#hungLooks === 2) {
      const text = `no probe has been seen to for ${Math.round(stalledMs / 1000)} s: the watchdog is no longer fed`;
      this.#log.error(text);
    }
    if (this.#hungLooks >= 2) return;
    const now = systemClock().mono();
    if (manager.watchdogMs !== null && now - this.#fedMono >= manager.watchdogMs) {
      this.#fedMono = now;
      manager.watchdog();
    }
  }

  stopping(): void {
    this.#manager?.stopping('ending');
    this.#manager?.close();
  }
}

export function openManager(): ServiceManager | null {
  try {
    return serviceManager(process.env, process.pid);
  } catch (error) {
    if (error instanceof KernelUnavailable) return null;
    throw error;
  }
}
