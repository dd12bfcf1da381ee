/** The host's TCP connections in the running agent: made from the configuration, made anew when that changes it. */
import type { Config } from '../../config/config.ts';
import type { VpcGroups } from '../../flow/group-plan.ts';
import { SystemFlows } from '../../flow/system-flows.ts';
import { systemClock } from '../../kernel/clock.ts';
import { ownSockets } from '../../kernel/own-sockets.ts';
import type { SiteEvidence } from '../../verdict/evidence.ts';
import type { FlowChoice, FlowsView } from '../../verdict/flows-view.ts';
import type { Condition } from './notices.ts';

export class Flows {
  #flows: SystemFlows | null = null;
  /** What the one in use was made from. */
  #made = '';
  #vpc: VpcGroups | null = null;
  /** Was it asked to count timeouts, whatever the kernel tells? */
  #counts = false;

  /** Before the probers open their first sockets: these are to be known for the agent's own. */
  expect({ flows }: Config): void {
    if (flows.enabled && !flows.ownProbes) ownSockets.want(true);
  }

  /** Counting goes on over a reload that changes neither what is read nor the sites' prefixes. */
  apply({ flows, sites }: Config): void {
    const prefixes = sites.map(({ name, cidrs }) => ({ name, cidrs }));
    const wanted = JSON.stringify({ flows, prefixes });
    if (wanted === this.#made) return;
    this.#made = wanted;
    this.#counts = flows.rto === 'on';
    this.#flows?.close();
    const clock = systemClock();
    this.#flows = !flows.enabled
      ? null
      : new SystemFlows({
          dumpEveryMs: flows.everyMs,
          capacity: flows.capacity,
          loopback: flows.loopback,
          ownProbes: flows.ownProbes,
          awsRanges: flows.awsRanges,
          rto: flows.rto,
          sites: prefixes,
          vpc: this.#vpc,
          mono: () => clock.mono(),
          wall: () => clock.wall(),
        });
  }

  /** The VPC's prefixes as they are known now; counting goes on (see SystemFlows.regroup). */
  vpc(vpc: VpcGroups | null): void {
    if (vpc === this.#vpc) return;
    const known = JSON.stringify(vpc);
    const isSame = known === JSON.stringify(this.#vpc);
    this.#vpc = vpc;
    if (isSame) return;
    this.#flows?.regroup(vpc);
  }

  view(): FlowsView | null {
    return this.#flows?.view() ?? null;
  }

  select(choice: FlowChoice): FlowsView | null {
    return this.#flows?.select(choice) ?? null;
  }

  evidence(): Readonly<Record<string, SiteEvidence>> {
    const known = [...(this.#flows?.evidence() ?? [])];
    return Object.fromEntries(known.map(([site, tcp]) => [site, { tcp }]));
  }

  /** What an operator should know of reading connections. */
  conditions(): Condition[] {
    const view = this.view();
    if (view === null) return [];
    const conditions = view.warnings.map(
      (text): Condition => ({ code: 'flows-config', severity: 'warning', text: `${text}.`, remedy: null }),
    );
    if (view.problem !== null)
      conditions.push({ code: 'flows-none', severity: 'warning', text: view.problem, remedy: null });
    if (this.#counts && view.timeouts.reason !== null) {
      conditions.push({
        code: 'flows-rto',
        severity: 'warning',
        text: `flows.rto is on, yet timeouts of connections are not counted: ${view.timeouts.reason}.`,
        remedy: null,
      });
    }
    const lost = view.reader.eventsLost ?? 0;
    if (lost > 0) {
      conditions.push({
        code: 'flows-lost',
        severity: 'warning',
        text: `${lost} ends of TCP connections were not heard since the agent began: connections closed faster than its buffer holds, so flows count too little.`,
        remedy: 'give the agent CAP_NET_ADMIN for a larger buffer, or raise net.core.rmem_max to 8388608',
      });
    }
    return conditions;
  }

  close(): void {
    this.#flows?.close();
    this.#flows = null;
  }
}
