/**
 * The network interfaces: what they dropped, and with ENA the allowances of the instance type that were exceeded.
 *
 * Watched are interfaces with hardware behind them; bridges and veth pairs drop for reasons of their own. In a
 * container there is no hardware: then all but loopback, up to a few.
 */
import { existsSync } from 'node:fs';
import type { AllowanceTotal, InterfaceView } from '../measure/host-view.ts';
import type { Milliseconds } from '../measure/target.ts';
import { Series } from './series.ts';
import { decodeInterfaces, type InterfaceCounters } from './text.ts';

/** The driver's own counters (`ethtool -S`); kernel/ethtool.ts gives them, tests hand in their own. */
export interface DriverDoor {
  driver(name: string): string | null;
  counters(name: string): { readonly names: readonly string[]; readonly values: ArrayLike<number> } | null;
}

/** ENA asks the device for its allowances with a command that the caller waits for: not every second. */
const DRIVERS_EVERY_MS = 10_000;
const MOST_VIRTUAL = 8;
const ALLOWANCE = /_allowance_exceeded$/;
const CONNTRACK_AVAILABLE = 'conntrack_allowance_available';

interface Watched {
  readonly name: string;
  readonly driver: string | null;
  readonly dropped: Series;
  readonly errors: Series;
  readonly allowances: Map<string, Series>;
  conntrackAvailable: number | null;
}

export class Interfaces {
  readonly #drivers: DriverDoor | null;
  readonly #root: string;
  /** By name, of the interfaces there are. */
  #hardware = new Map<string, boolean>();
  #watched = new Map<string, Watched>();
  #driversAt = Number.NEGATIVE_INFINITY;

  /** `drivers` null: what only the driver counts stays unknown. `root`: where /sys is found. */
  constructor(drivers: DriverDoor | null, root: string) {
    this.#drivers = drivers;
    this.#root = root.replace(/\/$/, '');
  }

  /** @param text /proc/self/net/dev */
  read(mono: Milliseconds, text: string): void {
    const all = decodeInterfaces(text).filter(({ name }) => name !== 'lo');
    this.#hardware = new Map(all.map(({ name }) => [name, this.#hardware.get(name) ?? this.#hasHardware(name)]));
    const hardware = all.filter(({ name }) => this.#hardware.get(name));
    const chosen = hardware.length > 0 ? hardware : all.slice(0, MOST_VIRTUAL);
    this.#watched = new Map(chosen.map(({ name }) => [name, this.#watched.get(name) ?? this.#begin(name)]));
    for (const counters of chosen) this.#readOne(mono, counters);
    if (mono - this.#driversAt < DRIVERS_EVERY_MS) return;
    this.#driversAt = mono;
    for (const watched of this.#watched.values()) this.#readDriver(mono, watched);
  }

  view(): InterfaceView[] {
    return [...this.#watched.values()].map((watched) => ({
      name: watched.name,
      driver: watched.driver,
      dropped: watched.dropped.recent(),
      usuallyDropped: watched.dropped.usual(),
      errors: watched.errors.recent(),
      allowances: [...watched.allowances].map(([name, series]) => ({ name, exceeded: series.recent() })),
      conntrackAllowanceAvailable: watched.conntrackAvailable,
    }));
  }

  /** Over all interfaces since the first reading, by the driver's name without its end: "pps". */
  allowances(): AllowanceTotal[] {
    const totals = new Map<string, number>();
    for (const { allowances } of this.#watched.values()) {
      for (const [name, series] of allowances) {
        const total = series.total();
        const short = name.replace(ALLOWANCE, '');
        if (total !== null) totals.set(short, (totals.get(short) ?? 0) + total);
      }
    }
    return [...totals].map(([name, exceeded]) => ({ name, exceeded }));
  }

  #hasHardware(name: string): boolean {
    return existsSync(`${this.#root}/sys/class/net/${name}/device`);
  }

  #begin(name: string): Watched {
    // A new interface is asked at once, not only at the next turn of all.
    this.#driversAt = Number.NEGATIVE_INFINITY;
    const driver = this.#drivers?.driver(name) ?? null;
    const [dropped, errors] = [new Series(), new Series()];
    return { name, driver, dropped, errors, allowances: new Map(), conntrackAvailable: null };
  }

  #readOne(mono: Milliseconds, { name, dropped, errors }: InterfaceCounters): void {
    const watched = this.#watched.get(name);
    watched?.dropped.read(mono, [dropped]);
    watched?.errors.read(mono, [errors]);
  }

  #readDriver(mono: Milliseconds, watched: Watched): void {
    const counters = this.#drivers?.counters(watched.name);
    counters?.names.forEach((name, i) => {
      const value = counters.values[i] ?? 0;
      if (name === CONNTRACK_AVAILABLE) watched.conntrackAvailable = value;
      if (!ALLOWANCE.test(name)) return;
      const series = watched.allowances.get(name) ?? new Series();
      watched.allowances.set(name, series);
      series.read(mono, [value]);
    });
  }
}
