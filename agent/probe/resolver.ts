/**
 * Keeps the addresses of host names fresh beside the probes: none waits for it, none is delayed by it.
 *
 * A name is resolved again when its TTL ends or after a minute, whichever is sooner, but not within 5 s. Of several
 * addresses the one in use is kept as long as it is among the answers, so that round-robin DNS does not move
 * a target at every turn; otherwise the first is taken. When a resolution fails the last address stays in use and the
 * failure stands in `problem`, with who said what and since when; it is tried again after 5 s, 10 s, … 60 s.
 *
 * Targets that share a name share its resolutions. Thousands of names are fine: a few are asked for at a time, the
 * longest due first, and refreshes are spread by up to a tenth of their interval.
 */
import { isIP } from 'node:net';
import type { Milliseconds } from '../measure/target.ts';
import type { AddressChange, AddressSource, KnownAddress } from './address-source.ts';
import type { Clock } from './clock.ts';
import { plainName } from './hosts-file.ts';
import type { NameService, Resolution } from './name-service.ts';

const LONGEST_INTERVAL_S = 60;
/** Some zones have a TTL of 0 or 1 s; asking that often would be a load on the DNS server for nothing. */
const SHORTEST_INTERVAL_S = 5;
/** Resolutions under way at once. At 20 ms each this is 400 a second; all silent, 10,000 names still get their turn. */
const CONCURRENCY = 8;
/** The timer wakes at most this often, so that looking through thousands of names stays cheap. */
const SHORTEST_WAKE_MS = 250;
/** c-ares ends a query by itself; a resolution that outlives this has been lost somewhere and is written off. */
const GIVE_UP_MS = 60_000;

const NOTHING: KnownAddress = {
  address: null,
  family: null,
  resolvedAt: null,
  tookMs: null,
  problem: null,
  problemSince: null,
};

/** One name in one family, for all targets that want it. */
interface Entry {
  readonly host: string;
  readonly family: 4 | 6 | null;
  readonly ids: Set<number>;
  known: KnownAddress;
  dueMono: Milliseconds;
  /** `waiting`: due, in the queue for one of the few places. */
  state: 'idle' | 'waiting' | 'busy';
  failures: number;
}

export interface ResolverDependencies {
  readonly names: NameService;
  readonly clock: Clock;
  /** Uniform in [0, 1). */
  readonly random: () => number;
}

export class Resolver implements AddressSource {
  readonly #names: NameService;
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #entries = new Map<string, Entry>();
  readonly #byId = new Map<number, Entry | KnownAddress>();
  readonly #listeners = new Set<(change: AddressChange) => void>();
  readonly #queue: Entry[] = [];
  #busy = 0;
  #cancelTimer: (() => void) | null = null;
  #timerDueMono = Number.POSITIVE_INFINITY;
  #closed = false;

  constructor(dependencies: ResolverDependencies) {
    this.#names = dependencies.names;
    this.#clock = dependencies.clock;
    this.#random = dependencies.random;
  }

  want(id: number, host: string, family: 4 | 6 | null): void {
    const literal = isIP(host);
    if (literal !== 0) {
      this.drop(id);
      const known = {
        ...NOTHING,
        address: host,
        family: literal === 4 ? 4 : 6,
        resolvedAt: this.#clock.wall(),
      } as const;
      this.#byId.set(id, known);
      return;
    }
    const key = `${family ?? ''} ${plainName(host)}`;
    const known = this.#entries.get(key);
    if (known !== undefined && this.#byId.get(id) === known) return;
    this.drop(id);
    const entry = known ?? this.#newEntry(host, family);
    this.#entries.set(key, entry);
    entry.ids.add(id);
    this.#byId.set(id, entry);
    if (known === undefined) this.#enqueue(entry);
  }

  drop(id: number): void {
    const held = this.#byId.get(id);
    this.#byId.delete(id);
    if (held === undefined || !('ids' in held)) return;
    held.ids.delete(id);
    if (held.ids.size === 0) this.#entries.delete(`${held.family ?? ''} ${plainName(held.host)}`);
  }

  current(id: number): KnownAddress {
    const held = this.#byId.get(id);
    if (held === undefined) return NOTHING;
    return 'ids' in held ? held.known : held;
  }

  onChange(listener: (change: AddressChange) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Ends all resolutions; what is known stays readable. */
  close(): void {
    this.#closed = true;
    this.#cancelTimer?.();
    this.#cancelTimer = null;
    this.#names.close();
  }

  #newEntry(host: string, family: 4 | 6 | null): Entry {
    return { host, family, ids: new Set(), known: NOTHING, dueMono: this.#clock.mono(), state: 'idle', failures: 0 };
  }

  /** Puts what is due in the queue, longest due first, and sets the timer for the next. */
  #enqueueDue(): void {
    if (this.#closed) return;
    const now = this.#clock.mono();
    const due: Entry[] = [];
    let next = Number.POSITIVE_INFINITY;
    for (const entry of this.#entries.values()) {
      if (entry.state !== 'idle') continue;
      if (entry.dueMono <= now) due.push(entry);
      else next = Math.min(next, entry.dueMono);
    }
    due.sort((a, b) => a.dueMono - b.dueMono);
    for (const entry of due) this.#enqueue(entry);
    this.#wakeAt(next);
  }

  #enqueue(entry: Entry): void {
    entry.state = 'waiting';
    this.#queue.push(entry);
    this.#fillPlaces();
  }

  #wakeAt(dueMono: Milliseconds): void {
    if (dueMono >= this.#timerDueMono && this.#cancelTimer !== null) return;
    this.#cancelTimer?.();
    this.#cancelTimer = null;
    this.#timerDueMono = dueMono;
    if (dueMono === Number.POSITIVE_INFINITY || this.#closed) return;
    const delay = Math.max(SHORTEST_WAKE_MS, dueMono - this.#clock.mono());
    this.#cancelTimer = this.#clock.after(delay, () => {
      this.#cancelTimer = null;
      this.#timerDueMono = Number.POSITIVE_INFINITY;
      this.#enqueueDue();
    });
  }

  #fillPlaces(): void {
    while (this.#busy < CONCURRENCY && !this.#closed) {
      const entry = this.#queue.shift();
      if (entry === undefined) return;
      if (entry.ids.size === 0) continue;
      entry.state = 'busy';
      this.#busy += 1;
      void this.#resolve(entry);
    }
  }

  async #resolve(entry: Entry): Promise<void> {
    const startedMono = this.#clock.mono();
    const resolution = await this.#orGivenUp(this.#names.resolve(entry.host, entry.family));
    this.#busy -= 1;
    if (this.#closed) return;
    const tookMs = this.#clock.mono() - startedMono;
    const intervalS = resolution.ok ? this.#succeeded(entry, resolution, tookMs) : this.#failed(entry, resolution.text);
    entry.state = 'idle';
    entry.dueMono = this.#clock.mono() + intervalS * 1000 * (1 - this.#random() / 10);
    this.#fillPlaces();
    if (entry.ids.size > 0) this.#wakeAt(entry.dueMono);
  }

  #orGivenUp(resolution: Promise<Resolution>): Promise<Resolution> {
    return new Promise((settle) => {
      const cancel = this.#clock.after(GIVE_UP_MS, () =>
        settle({ ok: false, code: 'ETIMEOUT', text: `no end after ${GIVE_UP_MS / 1000} s` }),
      );
      void resolution.then((result) => {
        cancel();
        settle(result);
      });
    });
  }

  #succeeded(entry: Entry, resolution: Resolution & { ok: true }, tookMs: Milliseconds): number {
    const from = entry.known.address;
    const keeps = from !== null && resolution.addresses.includes(from);
    const to = keeps ? from : (resolution.addresses[0] ?? null);
    const at = this.#clock.wall();
    entry.failures = 0;
    entry.known = { address: to, family: resolution.family, resolvedAt: at, tookMs, problem: null, problemSince: null };
    if (to !== null && to !== from) {
      for (const id of entry.ids) {
        for (const listener of this.#listeners) listener({ id, host: entry.host, from, to, at });
      }
    }
    return Math.min(LONGEST_INTERVAL_S, Math.max(SHORTEST_INTERVAL_S, resolution.ttlSeconds ?? LONGEST_INTERVAL_S));
  }

  #failed(entry: Entry, text: string): number {
    const { known } = entry;
    const problemSince = known.problemSince ?? this.#clock.wall();
    const use =
      known.address === null
        ? 'no address is known'
        : `still using ${known.address}, resolved ${timeText(known.resolvedAt ?? problemSince)}`;
    const problem = `resolving ${entry.host} has failed since ${timeText(problemSince)}: ${text}; ${use}`;
    entry.known = { ...known, problem, problemSince };
    entry.failures += 1;
    return Math.min(LONGEST_INTERVAL_S, SHORTEST_INTERVAL_S * 2 ** Math.min(entry.failures - 1, 10));
  }
}

/** "2026-03-01 14:02:11 UTC". */
function timeText(wallMs: Milliseconds): string {
  return `${new Date(wallMs).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}
