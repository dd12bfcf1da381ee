/**
 * The configuration as the rest of the agent sees it: every default filled in, every unit converted, every name
 * resolved against its site, every secret read. Durations are ms, ratios 0 to 1, sizes bytes; null is "not set".
 *
 * What an operator writes has another shape, `schema.ts`; `finish.ts` turns the one into the other.
 */
import type { Milliseconds, Site, Target } from '../measure/target.ts';
import type { MetricSet } from '../metric/series.ts';
import type { Secret } from './secret.ts';

export interface HttpConfig {
  /** Address literal to listen on. */
  readonly host: string;
  readonly port: number;
  /** Clients let in, as CIDRs; null lets in whoever can connect. */
  readonly allow: readonly string[] | null;
  /** null asks for no password. */
  readonly auth: {
    readonly basic: readonly { readonly user: string; readonly password: Secret }[];
    readonly bearer: readonly Secret[];
  } | null;
  /** PEM files; null serves plain HTTP. */
  readonly tls: { readonly certFile: string; readonly keyFile: string } | null;
  /** Host names by which people call this server, beside its addresses and its own name. */
  readonly names: readonly string[];
}

export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'silent';
export type LogFormat = 'text' | 'json';
export type HistoryMode = 'disk' | 'memory' | 'off';

export interface FlowsConfig {
  readonly enabled: boolean;
  readonly everyMs: Milliseconds;
  /** Whether timeouts are counted in the kernel; auto: where it does not tell them by itself. */
  readonly rto: 'auto' | 'on' | 'off';
  /** Most flows with a row of their own. */
  readonly capacity: number;
  readonly loopback: boolean;
  readonly ownProbes: boolean;
  /** File of AWS's prefixes; null for none. */
  readonly awsRanges: string | null;
}

/** Shares are 0 to 1. */
export interface VpcConfig {
  /** `auto` watches on EC2. */
  readonly enabled: 'auto' | 'on' | 'off';
  /** null takes the instance's. */
  readonly id: string | null;
  /** null takes the instance's. */
  readonly region: string | null;
  /** null takes the region's. */
  readonly endpoints: { readonly ec2: string | null; readonly directConnect: string | null };
  /** How often each is asked for, ms. */
  readonly every: {
    readonly tunnels: Milliseconds;
    readonly directConnect: Milliseconds;
    readonly addresses: Milliseconds;
    readonly routes: Milliseconds;
  };
  readonly thresholds: {
    readonly usage: { readonly degraded: number; readonly down: number };
    readonly exhaustionMs: Milliseconds;
    readonly routes: number;
  };
  readonly limits: { readonly propagatedRoutes: number; readonly staticRoutes: number; readonly prefixes: number };
  /** Parts that are asked for. */
  readonly features: {
    readonly subnets: boolean;
    readonly ipam: boolean;
    readonly addresses: boolean;
    readonly tunnels: boolean;
    readonly directConnect: boolean;
    readonly routes: boolean;
  };
  /** AWS's own events; without a queue none are read. */
  readonly networkManager: {
    /** URL */
    readonly queue: string | null;
    readonly region: string;
    /** null takes the region's. */
    readonly endpoint: string | null;
  };
  readonly rules: { readonly silence: readonly string[] };
}

export interface CloudWatchConfig {
  /** `auto` publishes on EC2, and elsewhere when a region is named. */
  readonly enabled: 'auto' | 'on' | 'off';
  /** null takes the instance's. */
  readonly region: string | null;
  /** null takes the region's. */
  readonly endpoint: string | null;
  readonly namespace: string;
  /** Value of the dimension VpcId; null takes the VPC's id, or this host's name. */
  readonly vpc: string | null;
  readonly periodMs: Milliseconds;
  readonly set: MetricSet;
  readonly maxSeries: number;
}

export interface EventBridgeConfig {
  readonly enabled: boolean;
  /** Name or ARN. */
  readonly bus: string;
  /** null takes the instance's. */
  readonly region: string | null;
  /** null takes the region's. */
  readonly endpoint: string | null;
}

export interface ParametersConfig {
  /** `auto` reads them on EC2. */
  readonly enabled: 'auto' | 'on' | 'off';
  readonly path: string;
  /** null takes the instance's. */
  readonly region: string | null;
  /** null takes the region's. */
  readonly endpoint: string | null;
}

export interface AwsConfig {
  /** null takes the environment's. */
  readonly proxy: string | null;
  /** PEM file; null takes the environment's. */
  readonly certificates: string | null;
  readonly fips: boolean;
}

export interface Config {
  /** Name in the head of the page; null takes the VPC's or the host's. */
  readonly title: string | null;
  /** In the order written, then those that only targets name. */
  readonly sites: readonly Site[];
  /** In the order written, without those switched off. */
  readonly targets: readonly Target[];
  /** True when nobody named targets and the built-in ones (127.0.0.1, ::1) stand in. */
  readonly builtInTargets: boolean;
  readonly flows: FlowsConfig;
  readonly vpc: VpcConfig;
  readonly http: HttpConfig;
  readonly publish: {
    readonly cloudwatch: CloudWatchConfig;
    readonly eventBridge: EventBridgeConfig;
    readonly spool: { readonly maxBytes: number };
  };
  readonly parameters: ParametersConfig;
  readonly aws: AwsConfig;
  readonly history: { readonly mode: HistoryMode; readonly maxBytes: number };
  readonly state: { readonly directory: string };
  readonly log: { readonly level: LogLevel; readonly format: LogFormat };
}
