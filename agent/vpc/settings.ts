/** What the configuration says of the VPC's state: limits, and what the judgement of a thing needs of its place. */
import type { Milliseconds } from '../measure/target.ts';

/** Ratios are 0 to 1. */
export interface VpcLimits {
  /** Share of a subnet's addresses in use from which on it is degraded, and from which on critical. */
  readonly usageDegraded: number;
  readonly usageDown: number;
  /** A subnet that will be full sooner than this is degraded. */
  readonly exhaustionMs: Milliseconds;
  /** Share of a limit of routes or prefixes from which on little room is left. */
  readonly routesDegraded: number;
  /** Most routes that gateways may propagate into a table; AWS does not raise it. */
  readonly propagatedRoutes: number;
  /** Quota "Routes per route table". */
  readonly staticRoutes: number;
  /** Most prefixes a BGP session of Direct Connect may bring, per address family. */
  readonly prefixes: number;
}

/** Who looks, and from where. */
export interface VpcPlace {
  readonly vpcId: string;
  readonly region: string;
  readonly accountId: string | null;
  /** Subnets this agent stands in, the first its primary interface's. */
  readonly ownSubnetIds: readonly string[];
  /** Of the VPC, as the instance's metadata has them: shown while EC2 tells nothing better. */
  readonly cidrs: readonly string[];
}
