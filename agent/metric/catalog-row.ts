/** What the catalogue says of each metric. */

/** The unit names PutMetricData takes (CloudWatch API, MetricDatum.Unit). */
export type CloudWatchUnit = 'Milliseconds' | 'Seconds' | 'Percent' | 'Bytes' | 'Count' | 'None';

export type Dimension =
  | 'VpcId'
  | 'Site'
  | 'Target'
  | 'Group'
  | 'SubnetId'
  | 'VpnId'
  | 'TunnelIpAddress'
  | 'VirtualInterfaceId'
  | 'BgpPeerId'
  | 'RouteTableId'
  | 'Allowance';

export interface MetricRow {
  /** Stable key; the CloudWatch metric name where the row has that side. */
  readonly name: string;
  readonly help: string;
  readonly cloudWatch: {
    readonly unit: CloudWatchUnit;
    readonly dimensions: readonly Dimension[];
    /** Published by default (`metrics.set: essential`), or only with `full` or by name. */
    readonly essential: boolean;
  } | null;
  readonly prometheus: {
    readonly name: string;
    readonly type: 'gauge' | 'counter' | 'histogram';
    readonly labels: readonly string[];
  } | null;
}
