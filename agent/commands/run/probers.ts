/**
 * The probers in use, by kind. One is made when the first target of its kind is configured, so an agent without
 * HTTP targets never loads an HTTP client.
 */
import type { ProbeSink, ProbeTarget } from '../../measure/singleton.ts';
import type { Milliseconds, ProbeKind, Target } from '../../measure/target.ts';
import type { AddressChange, KnownAddress } from '../../probe/address-source.ts';
import { probeClock } from '../../probe/clock.ts';
import { dnsProber } from '../../probe/dns-prober.ts';
import type { IcmpEngine } from '../../probe/icmp-engine.ts';
import type { IcmpStatus } from '../../probe/icmp-status.ts';
import { systemIcmpEngine } from '../../probe/icmp-system.ts';
import { NAME_SERVICE_DEFAULTS, SystemNameService } from '../../probe/name-service.ts';
import type { Prober } from '../../probe/prober.ts';
import { Resolver } from '../../probe/resolver.ts';
import { tcpProber } from '../../probe/tcp-prober.ts';
import type { AgentView } from '../../verdict/snapshot.ts';
import { VERSION } from '../../version.ts';
import type { Condition } from './notices.ts';

type Makers = { readonly [Kind in ProbeKind]: () => Promise<Prober<Extract<Target, { kind: Kind }>>> };

type RoundsOverload = { readonly late: number; readonly skipped: number };

const UNUSED: IcmpStatus = {
  mode: 'unused',
  timing: null,
  text: 'no target is probed with ICMP',
  remedy: null,
  overload: { receiveOverflows: 0, lateSends: 0, noBuffers: 0, now: false },
};

export class Probers {
  readonly #names: SystemNameService;
  readonly #addresses: Resolver;
  readonly #makers: Makers;
  readonly #rounds: { readonly overload: RoundsOverload }[] = [];
  #icmp: IcmpEngine | null = null;
  readonly #made = new Map<ProbeKind, Prober>();

  /**
   * @param onAddress told when a name leads to another address than before
   * @param late told how late each timer came
   */
  constructor(sink: ProbeSink, onAddress: (change: AddressChange) => void, late: (lateMs: Milliseconds) => void) {
    const clock = probeClock(late);
    this.#names = new SystemNameService(NAME_SERVICE_DEFAULTS, clock);
    this.#addresses = new Resolver({ names: this.#names, clock, random: Math.random });
    const dependencies = { sink, addresses: this.#addresses, clock, random: Math.random };
    this.#addresses.onChange((change) => {
      if (change.from !== null) onAddress(change);
    });
    this.#makers = {
      icmp: async () => (this.#icmp = systemIcmpEngine({}, this.#addresses, sink, clock)),
      tcp: async () => this.#counted(tcpProber(dependencies)),
      http: async () => {
        const options = { userAgent: `vpc-canary/${VERSION}`, certFile: process.env['SSL_CERT_FILE'] ?? null };
        const { httpProber } = await import('../../probe/http-prober.ts');
        return this.#counted(await httpProber(options, dependencies));
      },
      dns: async () => this.#counted(dnsProber(dependencies)),
    };
  }

  async setTargets(targets: readonly ProbeTarget[]): Promise<void> {
    for (const kind of Object.keys(this.#makers) as ProbeKind[]) {
      const own = targets.filter(({ target }) => target.kind === kind);
      let prober = this.#made.get(kind);
      if (prober === undefined && own.length > 0) {
        prober = (await this.#makers[kind]()) as Prober;
        this.#made.set(kind, prober);
      }
      prober?.setTargets(own);
    }
  }

  #counted<R extends { readonly overload: RoundsOverload }>(rounds: R): R {
    this.#rounds.push(rounds);
    return rounds;
  }

  /** Times at which this host was the bottleneck, of all kinds together. */
  overload(): AgentView['overload'] {
    const { overload } = this.icmp();
    const late = this.#rounds.reduce((sum, rounds) => sum + rounds.overload.late + rounds.overload.skipped, 0);
    return { ...overload, lateSends: overload.lateSends + late };
  }

  /** How ICMP is sent and timed, and whether this host keeps up. */
  icmp(): IcmpStatus {
    return this.#icmp?.status() ?? UNUSED;
  }

  /** For how long the worst of the probers has hung, see {@link Prober.stalledMs}. */
  stalledMs(): Milliseconds {
    return [...this.#made.values()].reduce((worst, prober) => Math.max(worst, prober.stalledMs()), 0);
  }

  /** What an operator should know of probing. */
  conditions(): Condition[] {
    return icmpConditions(this.icmp());
  }

  /** What is known of a target's address now. */
  address(id: number): KnownAddress {
    return this.#addresses.current(id);
  }

  async close(): Promise<void> {
    await Promise.all([...this.#made.values()].map((prober) => prober.close()));
    this.#addresses.close();
    this.#names.close();
  }
}

export function icmpConditions({ mode, text, remedy, overload }: IcmpStatus): Condition[] {
  const conditions: Condition[] = [];
  if (mode === 'ping') conditions.push({ code: 'icmp-ping', severity: 'warning', text: `${text}.`, remedy });
  if (mode === 'none') conditions.push({ code: 'icmp-none', severity: 'error', text: `${text}.`, remedy });
  if (overload.now) {
    const { receiveOverflows, lateSends, noBuffers } = overload;
    conditions.push({
      code: 'overload',
      severity: 'warning',
      text: `This host does not keep up: ${receiveOverflows} replies dropped on receipt, ${lateSends} probes sent late, ${noBuffers} refused by the send queue. That is own loss, not the network's.`,
      remedy: 'probe less often or fewer targets, or give the agent a larger instance',
    });
  }
  return conditions;
}
