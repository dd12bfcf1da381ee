/** The checks of `/healthz` about the VPC: one for the whole, one for each thing that is not well. */
import type { State } from '../verdict/snapshot.ts';
import type { VpcView } from '../verdict/vpc-view.ts';
import { type VpcTrouble, vpcTroubles } from '../verdict/vpc-words.ts';
import type { HealthCheck, HealthStatus } from './health-check.ts';

const MEASURED: Readonly<Record<VpcTrouble['kind'], string>> = {
  subnet: 'ipUsage',
  quota: 'usage',
  vpn: 'tunnelState',
  'virtual-interface': 'bgpState',
  lag: 'links',
  'route-table': 'routes',
  part: 'answers',
};
/** Things listed; the page has them all. */
const MOST = 50;

/** Nothing here is critical by itself: what it does to a critical site, its probes tell. */
const statusOf = (state: State): HealthStatus => (state === 'up' ? 'pass' : 'warn');

export function vpcChecks(vpc: VpcView, at: number): (readonly [string, readonly HealthCheck[]])[] {
  const time = new Date(at).toISOString();
  const links = { about: '/vpc' };
  const whole: HealthCheck = {
    componentId: vpc.vpcId,
    componentType: 'system',
    observedValue: vpc.state,
    status: statusOf(vpc.state),
    time,
    ...(vpc.state === 'up' ? {} : { output: vpc.summary }),
    links,
  };
  return [
    [`${vpc.vpcId}:state`, [whole]],
    ...vpcTroubles(vpc, at)
      .slice(0, MOST)
      .map(({ kind, id, state, text }): readonly [string, readonly HealthCheck[]] => [
        `${(kind === 'part' ? `vpc ${id}` : id).replaceAll(':', '_')}:${MEASURED[kind]}`,
        [
          {
            componentId: id,
            componentType: 'component',
            observedValue: state,
            status: statusOf(state),
            time,
            output: text,
            links,
          },
        ],
      ]),
  ];
}
