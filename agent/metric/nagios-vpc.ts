/** `check --vpc`: the VPC as a Nagios or Icinga plugin says it. */
import type { VpcView } from '../verdict/vpc-view.ts';
import { isTold, troubleName, vpcSums, vpcTroubles } from '../verdict/vpc-words.ts';
import { CODE_OF, cleanLine, NAGIOS, type NagiosAnswer, nagiosLine } from './nagios.ts';

const MAX_LINES = 20;

/** @param now wall time of the agent */
export function renderNagiosVpc(vpc: VpcView, now: number): NagiosAnswer {
  const troubles = vpcTroubles(vpc, now);
  const lines = troubles.map((trouble) => cleanLine(`${troubleName(trouble)}: ${trouble.state}, ${trouble.text}`));
  const more = lines.length > MAX_LINES ? [`and ${lines.length - MAX_LINES} more`] : [];
  const code = CODE_OF[vpc.state];
  const text = vpc.summary === '' ? `${vpc.vpcId} is ${vpc.state}` : vpc.summary;
  const perfdata = performance(vpc, now).join(' ');
  const first = `${nagiosLine(code, `${vpc.vpcId}: ${text}`)}${perfdata === '' ? '' : ` | ${perfdata}`}`;
  return { code: code ?? NAGIOS.unknown, output: [first, ...lines.slice(0, MAX_LINES), ...more].join('\n') };
}

/** `'label'=value[UOM];warn;crit;min;max` of what AWS tells now. */
function performance(vpc: VpcView, now: number): string[] {
  const { fullest, tunnels, peers, mostPropagated } = vpcSums(vpc);
  const { usageDegraded, usageDown, routesDegraded } = vpc.limits;
  const percent = (ratio: number): number => Number((ratio * 100).toFixed(2));
  const data: string[] = [];
  if (fullest !== null && isTold(vpc, 'subnets', now))
    data.push(`'fullest subnet'=${percent(fullest.use.ratio)}%;${percent(usageDegraded)};${percent(usageDown)};0;100`);
  if (isTold(vpc, 'tunnels', now)) data.push(`'tunnels up'=${tunnels.up};;;0`, `'tunnels down'=${tunnels.down};;;0`);
  if (isTold(vpc, 'direct-connect', now)) data.push(`'bgp up'=${peers.up};;;0`, `'bgp down'=${peers.down};;;0`);
  if (mostPropagated !== null && isTold(vpc, 'routes', now)) {
    const { propagated, propagatedLimit } = mostPropagated;
    const warning = Math.floor(propagatedLimit * routesDegraded);
    data.push(`'propagated routes'=${propagated};${warning};;0;${propagatedLimit}`);
  }
  return data;
}
