/** What the configuration would publish, for the verbs that tell of it without the agent: `cost` and `alarms`. */
import type { Config } from '../config/config.ts';
import type { ConfigRequest } from '../config/gather.ts';
import { loadConfig } from '../config/load.ts';
import { formatProblem } from '../config/problem.ts';
import type { AlarmInput } from '../metric/alarms.ts';
import type { VpcAlarmLimits } from '../verdict/alarm-conditions.ts';

/** <sysexits.h> */
export const EX_USAGE = 64;
const EX_CONFIG = 78;

/** Stands for the VPC's id where nobody named one. */
export const THIS_VPC = 'this VPC';

export interface Publishing extends AlarmInput {
  readonly namespace: string;
  readonly builtInTargets: boolean;
}

export type PublishingResult =
  | { readonly ok: true; readonly publishing: Publishing }
  | { readonly ok: false; readonly code: number; readonly text: string };

/** @param site only what stands there; null for all */
export async function loadPublishing(request: ConfigRequest, site: string | null): Promise<PublishingResult> {
  const loaded = await loadConfig(request);
  if (!loaded.ok) {
    const lines = loaded.problems.map((problem) => `\n  ${formatProblem(problem)}`);
    return { ok: false, code: EX_CONFIG, text: `the configuration has problems:${lines.join('')}` };
  }
  const { config } = loaded;
  const sites = config.sites.map(({ name }) => name);
  if (site !== null && !sites.includes(site)) {
    return { ok: false, code: EX_USAGE, text: `there is no site "${site}"; sites: ${sites.join(', ') || 'none'}` };
  }
  return { ok: true, publishing: publishingOf(config, site) };
}

function publishingOf(
  { sites, targets, builtInTargets, flows, publish, vpc: watched }: Config,
  site: string | null,
): Publishing {
  const { namespace, vpc, set, maxSeries, periodMs } = publish.cloudwatch;
  return {
    namespace,
    vpc: vpc ?? THIS_VPC,
    targets,
    groups: flows.enabled ? sites.filter(({ cidrs }) => cidrs.length > 0).map(({ name }) => name) : [],
    builtInTargets,
    set,
    maxSeries,
    periodMs,
    site,
    vpcLimits: vpcLimits(watched),
  };
}

/** The limits of the VPC's own alarms; null where it is not watched. */
function vpcLimits({ enabled, thresholds, limits }: Config['vpc']): VpcAlarmLimits | null {
  if (enabled === 'off') return null;
  const { usage, exhaustionMs, routes } = thresholds;
  const propagatedRoutes = Math.floor(limits.propagatedRoutes * routes);
  return { usageDegraded: usage.degraded, exhaustionMs, propagatedRoutes };
}
