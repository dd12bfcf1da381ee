/**
 * What systemd is told: ready once the first probe is answered for or lost (or nothing is to be probed), the verdict
 * as status line, and a watchdog fed by the tick that judges, on the loop that probes: when it hangs, the feed ends.
 */
import { systemClock } from '../../kernel/clock.ts';
import { KernelUnavailable } from '../../kernel/kernel-unavailable.ts';
import { type ServiceManager, serviceManager } from '../../kernel/sd-notify.ts';
import { sentence } from '../../verdict/sentence.ts';
import type { Snapshot } from '../../verdict/snapshot.ts';

/** Ready after this many snapshots even if no probe came back: long timeouts must not look like a failed start. */
const PATIENCE = 5;

export class Service {
  readonly #manager: ServiceManager | null = openManager();
  #ready = false;
  #status = '';
  #fedMono = Number.NEGATIVE_INFINITY;

  /** With every snapshot. */
  observe(snapshot: Snapshot): void {
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

function openManager(): ServiceManager | null {
  try {
    return serviceManager(process.env, process.pid);
  } catch (error) {
    if (error instanceof KernelUnavailable) return null;
    throw error;
  }
}
