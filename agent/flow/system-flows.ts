/**
 * The host's TCP connections on the real kernel: door, ledger, table and reader joined, with groups from sites,
 * interfaces and AWS's prefixes. What cannot be opened here is a reason in words; the host's own totals stay.
 */
import { readFileSync, statSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { KernelUnavailable } from '../kernel/kernel-unavailable.ts';
import { ownSockets } from '../kernel/own-sockets.ts';
import { SockDiag, type SockDiagFailure } from '../kernel/sock-diag.ts';
import type { SocketRow } from '../kernel/socket-row.ts';
import { formatPrefix, parsePrefix } from '../measure/address.ts';
import type { TcpEvidence } from '../verdict/evidence.ts';
import type { FlowChoice, FlowsView } from '../verdict/flows-view.ts';
import { type NamedPrefix, parseAwsRanges } from './aws-ranges.ts';
import { CountedTimeouts } from './counted-timeouts.ts';
import { countsOf } from './counters.ts';
import { allSums, type Comparison, coverageOf } from './coverage.ts';
import { Groups, planGroups, type VpcGroups } from './group-plan.ts';
import { GroupHealth } from './groups-health.ts';
import { readTotals } from './kernel-totals.ts';
import { SocketLedger } from './ledger.ts';
import { FlowReader } from './reader.ts';
import { FlowTable } from './table.ts';
import { type RtoMode, type TimeoutSource, timeoutSource } from './timeouts.ts';
import { ViewBuilder, wantedBy } from './view.ts';

export interface FlowsOptions {
  readonly dumpEveryMs: number;
  readonly capacity: number;
  readonly loopback: boolean;
  readonly ownProbes: boolean;
  readonly sites: readonly { readonly name: string; readonly cidrs: readonly string[] }[];
  /** The VPC, when it is known already; see {@link SystemFlows.regroup}. */
  readonly vpc?: VpcGroups | null;
  /** File in the form of ip-ranges.json; null for none. */
  readonly awsRanges: string | null;
  /** Whether timeouts are counted by a program in the kernel; auto: where tcp_info does not tell them. */
  readonly rto: RtoMode;
  /** How the kernel's list is opened; other than that in tests only. */
  readonly open?: () => SockDiag | SockDiagFailure;
  readonly mono: () => number;
  readonly wall: () => number;
}

/** Width of a step of the window, which has five. */
const STEP_MS = 120_000;
const WINDOW_MS = 5 * STEP_MS;
/** How often the view is made: most counts move with a dump, every ten seconds. */
const VIEW_EVERY_MS = 2000;
/** Dumps that may fail before what the last one told is no evidence any more. */
const STALE_DUMPS = 3;
/** Flows looked at before the loop is let free, about a millisecond. */
const VIEW_SLICE = 500;
/** ip-ranges.json has 2 MB (2026); what is far more is something else. */
const MOST_BYTES = 16 * 1024 * 1024;

/** Where no connection is read at all. */
const NO_TIMEOUTS: TimeoutSource = { source: null, reason: null, counter: null };

export class SystemFlows {
  readonly #options: FlowsOptions;
  #rangeWarnings: readonly string[] = [];
  #planWarnings: readonly string[] = [];
  readonly #groups = new Groups();
  readonly #aws: readonly NamedPrefix[];
  readonly #table: FlowTable;
  readonly #ledger: SocketLedger;
  readonly #source: SockDiag | null;
  readonly #timeouts: TimeoutSource;
  readonly #counted: CountedTimeouts | null;
  readonly #reader: FlowReader | null;
  readonly #timers: NodeJS.Timeout[];
  readonly #since: number;
  #problem: string | null = null;
  #rotatedMono: number;
  #first: Comparison | null = null;
  #latest: Comparison | null = null;
  #view: FlowsView | null = null;
  readonly #health = new Map<number, GroupHealth>();
  readonly #evidence = new Map<string, TcpEvidence>();
  #heardMono = Number.NEGATIVE_INFINITY;
  #building: Promise<void> | null = null;
  #closed = false;

  constructor(options: FlowsOptions) {
    this.#options = options;
    this.#since = options.wall();
    this.#rotatedMono = options.mono();
    this.#aws = options.awsRanges === null ? [] : this.#awsPrefixes(options.awsRanges);
    this.#plan(options.vpc ?? null);
    const listening = new Uint8Array(65_536);
    this.#source = this.#open();
    // Before the first look at the connections: what is opened from here on is counted.
    this.#timeouts = this.#source === null ? NO_TIMEOUTS : timeoutSource(options.rto);
    this.#counted = this.#timeouts.counter && new CountedTimeouts(this.#timeouts.counter);
    this.#table = new FlowTable({
      capacity: options.capacity,
      groups: this.#groups.list.length,
      groupOf: (remote, family) => this.#groups.of(remote, family),
      listens: (port) => (listening[port] ?? 0) > 0,
      timeoutsCounted: this.#counted !== null,
      skip: (row) => (!options.loopback && isLoopback(row)) || (!options.ownProbes && ownSockets.has(row.cookie)),
    });
    this.#ledger = new SocketLedger(this.#table);
    if (this.#source !== null && !options.ownProbes) ownSockets.want(true);
    this.#reader = this.#source && this.#read(this.#source, listening);
    const rotation = setInterval(() => {
      this.#table.rotate();
      this.#rotatedMono = options.mono();
    }, STEP_MS);
    this.#timers = [rotation, setInterval(() => void this.#makeView(), VIEW_EVERY_MS)];
    void this.#makeView();
  }

  /** As of a few seconds ago; null in the first moments. */
  view(): FlowsView | null {
    return this.#view;
  }

  /** The same with the first flows of a choice, however far behind all others these are. */
  select(choice: FlowChoice): FlowsView | null {
    const groups = this.#groups.list;
    const wanted = wantedBy(choice, groups);
    if (this.#view === null || wanted === null) return this.#view;
    const builder = new ViewBuilder(this.#table, groups, wanted);
    builder.step(Number.POSITIVE_INFINITY);
    return { ...this.#view, top: builder.top() };
  }

  /** What the connections to each site tell, by its name; nothing when they have not been looked at lately. */
  evidence(): ReadonlyMap<string, TcpEvidence> {
    const stale = this.#options.mono() - this.#heardMono > STALE_DUMPS * (this.#reader?.dumpEveryMs ?? 0);
    return stale ? new Map() : this.#evidence;
  }

  /**
   * The VPC's prefixes are known now, or others than before. Counting goes on: what was counted stays in the group it
   * was counted for, flows move to theirs with their open connections.
   */
  regroup(vpc: VpcGroups | null): void {
    this.#plan(vpc);
    this.#table.regroup(this.#groups.list.length);
  }

  /** Looks at every connection once more and makes the view of that. */
  async refresh(): Promise<void> {
    const reader = this.#reader;
    if (reader !== null) await new Promise<void>((done) => reader.dumpNow(done));
    await this.#building;
    await this.#makeView();
  }

  close(): void {
    this.#closed = true;
    for (const timer of this.#timers) clearInterval(timer);
    ownSockets.want(false);
    this.#reader?.stop();
    this.#timeouts.counter?.close();
  }

  #plan(vpc: VpcGroups | null): void {
    const plan = planGroups({ sites: this.#options.sites, subnets: ownSubnets(), vpc, aws: this.#aws });
    this.#groups.take(plan);
    this.#planWarnings = plan.warnings;
  }

  #awsPrefixes(file: string): readonly NamedPrefix[] {
    const refuse = (why: string): readonly NamedPrefix[] => {
      this.#rangeWarnings = [
        `flows.awsRanges: ${file} cannot be used: ${why}. AWS's services count as internet; fetch the file anew from ip-ranges.amazonaws.com/ip-ranges.json`,
      ];
      return [];
    };
    try {
      const { size } = statSync(file);
      if (size > MOST_BYTES)
        return refuse(`it has ${Math.round(size / 1e6)} MB, more than ${Math.round(MOST_BYTES / 1e6)}`);
      const ranges = parseAwsRanges(readFileSync(file, 'utf8'));
      if (!ranges.ok) return refuse(ranges.text);
      if (ranges.skipped > 0)
        this.#rangeWarnings = [
          `flows.awsRanges: ${ranges.skipped} entries of ${file} were passed over, they have no prefix, service or region`,
        ];
      return ranges.prefixes;
    } catch (error) {
      return refuse(error instanceof Error ? error.message : String(error));
    }
  }

  #open(): SockDiag | null {
    try {
      const opened = this.#options.open?.() ?? SockDiag.open();
      if (opened instanceof SockDiag) return opened;
      this.#problem =
        opened.code === 'no-module'
          ? 'The kernel has no tcp_diag module, so connections cannot be read: modprobe tcp_diag inet_diag. The kernel’s own totals stay exact.'
          : `The kernel refuses sock_diag (errno ${opened.errno}), so connections cannot be read; under systemd, RestrictAddressFamilies must hold AF_NETLINK.`;
    } catch (error) {
      if (!(error instanceof KernelUnavailable)) throw error;
      this.#problem = `Connections cannot be read: ${error.message}`;
    }
    return null;
  }

  #read(source: SockDiag, listening: Uint8Array): FlowReader {
    const { dumpEveryMs, mono } = this.#options;
    return new FlowReader(
      { dumpEveryMs },
      {
        source,
        ledger: this.#ledger,
        listening,
        mono,
        after: (delayMs, callback) => {
          const timer = setTimeout(callback, delayMs);
          return () => clearTimeout(timer);
        },
        soon: setImmediate,
        onDump: (moment) => this.#compare(moment),
        onDeath: ownSockets.forget,
        timeouts: this.#counted,
      },
    );
  }

  #compare(moment: 'begins' | 'ended'): void {
    if (moment === 'begins' && this.#first !== null) return;
    const comparison = this.#comparison();
    if (moment === 'begins') this.#first = comparison;
    else {
      this.#latest = comparison;
      this.#hear();
      void this.#makeView();
    }
  }

  #comparison(): Comparison {
    return {
      at: this.#options.wall(),
      kernel: readTotals(),
      sums: allSums(this.#table),
      connecting: this.#ledger.connecting,
    };
  }

  /** The connections to each site that has prefixes, as evidence for its verdict. */
  #hear(): void {
    const mono = this.#options.mono();
    this.#table.endTurn();
    const { lacks } = this.#table;
    for (const [index, { site }] of this.#groups.list.entries()) {
      if (site === null) continue;
      let health = this.#health.get(index);
      if (health === undefined) this.#health.set(index, (health = new GroupHealth()));
      const counts = countsOf(this.#table.group(index).total, lacks);
      const rttMs = this.#view?.groups.find((group) => group.site === site)?.rttP50Ms ?? null;
      const tcp = health.look(mono, counts, this.#table.moved(index), rttMs);
      if (tcp === null) this.#evidence.delete(site);
      else this.#evidence.set(site, tcp);
    }
    this.#heardMono = mono;
  }

  /** Resolves when there is a new view: at once when one is being made, or nothing is to be made any more. */
  #makeView(): Promise<void> {
    // Where no connection can be read the kernel's own totals are told all the same.
    if (this.#reader === null) {
      this.#latest = this.#comparison();
      this.#first ??= this.#latest;
    }
    this.#building ??= new Promise<void>((resolve) => {
      const builder = new ViewBuilder(this.#table, this.#groups.list);
      const go = (): void => {
        if (!this.#closed && !builder.step(VIEW_SLICE)) {
          setImmediate(go);
          return;
        }
        if (!this.#closed) this.#view = builder.finish(this.#facts());
        resolve();
      };
      go();
    }).finally(() => {
      this.#building = null;
    });
    return this.#building;
  }

  #facts(): Parameters<ViewBuilder['finish']>[0] {
    const { mono, wall, dumpEveryMs } = this.#options;
    const now = wall();
    const windowMs = WINDOW_MS - STEP_MS + (mono() - this.#rotatedMono);
    const done = this.#reader?.done;
    return {
      at: now,
      windowFrom: Math.max(this.#since, now - windowMs),
      since: this.#since,
      problem: this.#problem ?? this.#dumpProblem(),
      warnings: [...this.#rangeWarnings, ...this.#planWarnings],
      coverage: coverageOf(this.#first, this.#latest, this.#table.lacks),
      timeouts: {
        source: this.#timeouts.source,
        reason: this.#timeouts.reason,
        unknown: this.#counted?.unknown ?? 0,
      },
      reader: {
        sockets: this.#ledger.size,
        flows: this.#table.size,
        evicted: this.#table.evicted,
        eventsLost: this.#source?.dropped() ?? null,
        dumps: done?.dumps ?? 0,
        dumpMs: done?.dumpMs ?? null,
        dumpEveryMs: this.#reader?.dumpEveryMs ?? dumpEveryMs,
      },
    };
  }

  #dumpProblem(): string | null {
    const errno = this.#reader?.done.errno ?? 0;
    if (errno === 0) return null;
    return errno === 2
      ? 'The kernel has no tcp_diag module, so connections cannot be read: modprobe tcp_diag inet_diag. The kernel’s own totals stay exact.'
      : `The kernel broke off the list of connections (errno ${errno}); it is asked again every few seconds.`;
  }
}

/** 127.0.0.0/8, ::1, and connections of an address with itself. */
function isLoopback(row: SocketRow): boolean {
  const length = row.family === 4 ? 4 : 16;
  if (row.family === 4 && row.remote[0] === 127) return true;
  for (let i = 0; i < length; i += 1) if (row.local[i] !== row.remote[i]) return false;
  return true;
}

function ownSubnets(): string[] {
  const prefixes = Object.values(networkInterfaces()).flatMap((addresses) =>
    (addresses ?? []).flatMap(({ cidr, internal }) => (internal || cidr === null ? [] : [parsePrefix(cidr)])),
  );
  const texts = prefixes.flatMap((prefix) =>
    prefix === null || prefix.bytes[0] === 0xfe ? [] : [formatPrefix(prefix)],
  );
  return [...new Set(texts)];
}
