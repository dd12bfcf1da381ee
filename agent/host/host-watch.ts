/**
 * Watches what this host is short of: CPU taken by the hypervisor, ENA allowances, packets dropped before any
 * program saw them, memory, connection tracking. When these rise while probes fail, the network is not to blame.
 *
 * Everything is a counter in /proc or in the driver: some 0.3 ms a reading, no process started. What a hardened
 * unit hides (ProcSubset=pid hides all of /proc but the processes) is null and named in `hidden`.
 */
import type { AllowanceTotal, HostView, Recent } from '../measure/host-view.ts';
import type { Milliseconds } from '../measure/target.ts';
import { hostShortages } from '../verdict/chain.ts';
import type { HostEvidence } from '../verdict/evidence.ts';
import { hostEvidence } from './evidence.ts';
import { type DriverDoor, Interfaces } from './interfaces.ts';
import { ProcFiles } from './proc-file.ts';
import { Series, share } from './series.ts';
import {
  decodeConntrackEntries,
  decodeCpuTimes,
  decodeLoad,
  decodeMemory,
  decodeNumber,
  decodePressure,
  decodeProtocolCounter,
  decodeSoftnet,
} from './text.ts';

export interface HostWatchOptions {
  /** null: the drivers' counters cannot be read, allowances stay unknown. */
  readonly drivers: DriverDoor | null;
  /** Where /proc and /sys are found; other than '/' in tests only. */
  readonly root?: string;
}

/** Readings closer together than this are passed over: the minute has room for one a second. */
const LEAST_MS = 900;
/** While all is well: ten seconds and a minute are told as well from a reading every five seconds. */
const CALM_MS = 4_900;
/** Absent on many hosts for good reasons: no connection tracking, no PSI. */
const OPTIONAL = /conntrack|pressure/;

export class HostWatch {
  readonly #files: ProcFiles;
  readonly #interfaces: Interfaces;
  readonly #cpu = { busy: new Series(), steal: new Series(), total: new Series() };
  /** Monotonic time itself, µs: what shares of time are told against. */
  readonly #elapsed = new Series();
  readonly #pressure = { cpu: new Series(), memory: new Series(), memoryFull: new Series() };
  readonly #softnet = { dropped: new Series(), squeezed: new Series() };
  readonly #tcp = { sent: new Series(), retransmitted: new Series(), timeouts: new Series() };
  #cores: number | null = null;
  #load1: number | null = null;
  #memory: { total: number | null; available: number | null } = { total: null, available: null };
  #conntrack: HostView['conntrack'] = null;
  #shortSince: number | null = null;
  #readAt = Number.NEGATIVE_INFINITY;

  constructor({ drivers, root = '/' }: HostWatchOptions) {
    this.#files = new ProcFiles(root);
    this.#interfaces = new Interfaces(drivers, root);
  }

  /**
   * Once a second; a call that comes sooner changes nothing.
   * @param calm nothing is wrong anywhere, so that every five seconds will do
   * @returns whether it read
   */
  read(mono: Milliseconds, calm = false): boolean {
    if (mono - this.#readAt < (calm ? CALM_MS : LEAST_MS)) return false;
    this.#readAt = mono;
    this.#elapsed.read(mono, [mono * 1_000]);
    this.#readCpu(mono);
    this.#readMemory(mono);
    this.#readNetwork(mono);
    this.#conntrack = this.#readConntrack();
    return true;
  }

  /** What the readings of the last minute come to. `wall`: now, for people. */
  /** ENA's allowances; empty with other drivers. */
  allowances(): readonly AllowanceTotal[] {
    return this.#interfaces.allowances();
  }

  view(wall: Milliseconds): HostView {
    const waiting = (series: Series): Recent => share(series, this.#elapsed);
    return {
      at: wall,
      cpu: {
        cores: this.#cores,
        load1: this.#load1,
        busy: share(this.#cpu.busy, this.#cpu.total),
        steal: share(this.#cpu.steal, this.#cpu.total),
        pressure: waiting(this.#pressure.cpu),
      },
      memory: {
        totalBytes: this.#memory.total,
        availableBytes: this.#memory.available,
        pressure: waiting(this.#pressure.memory),
        stalled: waiting(this.#pressure.memoryFull),
      },
      softnet: { dropped: this.#softnet.dropped.recent(), squeezed: this.#softnet.squeezed.recent() },
      interfaces: this.#interfaces.view(),
      conntrack: this.#conntrack,
      tcp: {
        sent: this.#tcp.sent.recent(),
        retransmitted: this.#tcp.retransmitted.recent(),
        timeouts: this.#tcp.timeouts.recent(),
      },
      hidden: this.#files.unreadable().filter((path) => !OPTIONAL.test(path)),
    };
  }

  /** The same for the verdict, with since when the host has been short of something. */
  evidence(view: HostView): HostEvidence {
    const evidence = hostEvidence(view);
    const short = hostShortages(evidence).length > 0;
    this.#shortSince = short ? (this.#shortSince ?? view.at) : null;
    return { ...evidence, since: this.#shortSince };
  }

  close(): void {
    this.#files.close();
  }

  #readCpu(mono: Milliseconds): void {
    const times = this.#decode('/proc/stat', decodeCpuTimes);
    if (times !== null) {
      this.#cores = times.cores;
      this.#cpu.busy.read(mono, [times.busy]);
      this.#cpu.steal.read(mono, [times.steal]);
      this.#cpu.total.read(mono, [times.total]);
    }
    this.#load1 = this.#decode('/proc/loadavg', decodeLoad);
    const pressure = this.#decode('/proc/pressure/cpu', decodePressure);
    if (pressure !== null) this.#pressure.cpu.read(mono, [pressure.some]);
  }

  #readMemory(mono: Milliseconds): void {
    this.#memory = this.#decode('/proc/meminfo', decodeMemory) ?? { total: null, available: null };
    const pressure = this.#decode('/proc/pressure/memory', decodePressure);
    if (pressure === null) return;
    this.#pressure.memory.read(mono, [pressure.some]);
    if (pressure.full !== null) this.#pressure.memoryFull.read(mono, [pressure.full]);
  }

  /** Under /proc/self/net, which stays when /proc/net is hidden. */
  #readNetwork(mono: Milliseconds): void {
    const softnet = this.#decode('/proc/self/net/softnet_stat', decodeSoftnet);
    if (softnet !== null) {
      this.#softnet.dropped.read(mono, softnet.dropped, 32);
      this.#softnet.squeezed.read(mono, softnet.squeezed, 32);
    }
    const interfaces = this.#files.read('/proc/self/net/dev');
    if (interfaces !== null) this.#interfaces.read(mono, interfaces);
    const snmp = this.#files.read('/proc/self/net/snmp') ?? '';
    const counted = (series: Series, value: number | null): void => {
      if (value !== null) series.read(mono, [value]);
    };
    counted(this.#tcp.sent, decodeProtocolCounter(snmp, 'Tcp', 'OutSegs'));
    counted(this.#tcp.retransmitted, decodeProtocolCounter(snmp, 'Tcp', 'RetransSegs'));
    const netstat = this.#files.read('/proc/self/net/netstat') ?? '';
    counted(this.#tcp.timeouts, decodeProtocolCounter(netstat, 'TcpExt', 'TCPTimeouts'));
  }

  #readConntrack(): HostView['conntrack'] {
    const entries =
      this.#decode('/proc/sys/net/netfilter/nf_conntrack_count', decodeNumber) ??
      this.#decode('/proc/self/net/stat/nf_conntrack', decodeConntrackEntries);
    if (entries === null) return null;
    return { entries, most: this.#decode('/proc/sys/net/netfilter/nf_conntrack_max', decodeNumber) };
  }

  #decode<T>(path: string, decode: (text: string) => T | null): T | null {
    const text = this.#files.read(path);
    return text === null ? null : decode(text);
  }
}
