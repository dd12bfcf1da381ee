/**
 * What an operator should know of the agent itself, each with the time since when it holds. Parts state what holds
 * now; this remembers when each began.
 */
import type { Notice } from '../../verdict/snapshot.ts';

export type Condition = Omit<Notice, 'since'>;

export class Notices {
  #since = new Map<string, number>();

  /** @param now wall time */
  list(conditions: readonly Condition[], now: number): Notice[] {
    const since = new Map<string, number>();
    const notices = conditions.map((condition) => {
      const began = this.#since.get(condition.code) ?? now;
      since.set(condition.code, began);
      return { ...condition, since: began };
    });
    this.#since = since;
    return notices;
  }
}

/** A condition that comes and goes is said again after this long, not each time. */
const QUIET_MS = 600_000;

/** Which notices the log has not told yet: whoever has nothing but the log must read cause and remedy there. */
export class UntoldNotices {
  #told = new Map<string, number>();
  #holding = new Set<string>();

  /**
   * Those of severity warning and error that began with this call.
   * @param now monotonic, ms
   */
  begun(notices: readonly Notice[], now: number): Notice[] {
    const begun = notices.filter(
      ({ code, severity }) =>
        severity !== 'info' &&
        !this.#holding.has(code) &&
        now - (this.#told.get(code) ?? Number.NEGATIVE_INFINITY) >= QUIET_MS,
    );
    for (const { code } of begun) this.#told.set(code, now);
    for (const code of this.#told.keys()) {
      if (now - (this.#told.get(code) ?? now) >= QUIET_MS && !notices.some((notice) => notice.code === code))
        this.#told.delete(code);
    }
    this.#holding = new Set(notices.map(({ code }) => code));
    return begun;
  }
}
