/**
 * The series a configuration publishes, before anything is measured: one row of the catalogue times one set of
 * dimension values. What they cost, what alarms may watch and what is folded follow from this list.
 */
import { CATALOG } from './catalog.ts';
import type { CloudWatchUnit, Dimension, MetricRow } from './catalog-row.ts';
import { NO_THINGS, VPC_KINDS, type VpcKind, type VpcThing, type VpcThings } from './vpc-period.ts';

/** Rows that CloudWatch gets. */
export type CloudWatchMetricName = Extract<(typeof CATALOG)[number], { cloudWatch: object }>['name'];

export type MetricSet = 'essential' | 'full' | readonly CloudWatchMetricName[];

/** Dimension value of what is folded. */
export const OTHER = 'Other';

export interface Series {
  readonly name: CloudWatchMetricName;
  readonly unit: CloudWatchUnit;
  readonly dimensions: readonly (readonly [Dimension, string])[];
}

/** A target as far as its series go. */
export interface SeriesTarget {
  readonly name: string;
  readonly site: string;
}

export interface SeriesInput<T extends SeriesTarget> {
  /** Value of the dimension VpcId. */
  readonly vpc: string;
  readonly targets: readonly T[];
  /** Groups of connections that are published: the sites that have prefixes. */
  readonly groups: readonly string[];
  /** Subnets, tunnels, BGP peers and route tables of the VPC; absent: it is not asked. */
  readonly things?: VpcThings;
  readonly set: MetricSet;
  readonly maxSeries: number;
}

export interface SeriesPlan<T extends SeriesTarget> {
  readonly series: readonly Series[];
  /** Targets with series of their own, and those that share the series of `Other`. */
  readonly own: readonly T[];
  readonly folded: readonly T[];
  readonly ownGroups: readonly string[];
  /** How many things of each kind, from the first on, have series of their own. */
  readonly ownThings: Readonly<Record<VpcKind, number>>;
}

/** Names that a set may list. */
export const CLOUDWATCH_METRICS: readonly CloudWatchMetricName[] = CATALOG.filter((row) => row.cloudWatch !== null).map(
  ({ name }) => name,
);

interface PublishedRow {
  readonly name: CloudWatchMetricName;
  readonly cloudWatch: NonNullable<MetricRow['cloudWatch']>;
}

function rowsOf(set: MetricSet): PublishedRow[] {
  const published = CATALOG.filter((row) => row.cloudWatch !== null);
  if (set === 'full') return published;
  if (set === 'essential') return published.filter(({ cloudWatch }) => cloudWatch.essential);
  return published.filter(({ name }) => set.includes(name));
}

/** Names of the rows of a set. */
export const publishedMetrics = (set: MetricSet): readonly CloudWatchMetricName[] =>
  rowsOf(set).map(({ name }) => name);

/** Of the series, what tunnels, BGP peers and route tables may take each: the rest is for what is probed. */
const EDGE_SHARE = 4;

/**
 * What is of the VPC comes first, then the edge that sites are reached by, then targets, then groups, then subnets:
 * what does not fit shares the series of `Other`. Subnets may be hundreds, so they come last; a place for the `Other`
 * that tells of the fullest one is kept.
 */
export function planSeries<T extends SeriesTarget>(input: SeriesInput<T>): SeriesPlan<T> {
  const { vpc, targets, groups, things = NO_THINGS, set, maxSeries } = input;
  const rows = rowsOf(set);
  const by = (key: Dimension): PublishedRow[] => rows.filter(({ cloudWatch }) => cloudWatch.dimensions.includes(key));
  const [ofTargets, ofGroups] = [by('Target'), by('Group')];
  const ofThings = VPC_KINDS.flatMap(by);
  const ofVpc = rows.filter((row) => ![...ofTargets, ...ofGroups, ...ofThings].includes(row));
  const ownThings: Record<VpcKind, number> = {
    TunnelIpAddress: 0,
    BgpPeerId: 0,
    RouteTableId: 0,
    Allowance: 0,
    SubnetId: 0,
  };
  const placed = (kind: VpcKind, room: number): Series[] => {
    const { own, folded } = fold(things[kind], by(kind).length, room);
    ownThings[kind] = own.length;
    const other = folded.length > 0 && room >= by(kind).length ? [{}] : [];
    return [...own, ...other].flatMap((thing: VpcThing) =>
      by(kind).map((row) => seriesOf(row, { VpcId: vpc, ...thing })),
    );
  };
  let room = maxSeries - ofVpc.length;
  const least = targets.length > 0 ? ofTargets.length : 0;
  const edgeSeries = EDGE_KINDS.flatMap((kind) => {
    const series = placed(kind, Math.min(room - least, Math.floor(maxSeries / EDGE_SHARE)));
    room -= series.length;
    return series;
  });
  const ofSubnets = by('SubnetId').length;
  const kept = things.SubnetId.length > 0 && room - least >= ofSubnets ? ofSubnets : 0;
  const places = fold(targets, ofTargets.length, room - kept);
  const targetSeries = [...places.own, ...(places.folded.length > 0 ? [{ name: OTHER, site: OTHER }] : [])].flatMap(
    ({ name, site }) => ofTargets.map((row) => seriesOf(row, { VpcId: vpc, Site: site, Target: name })),
  );
  room -= targetSeries.length;
  const { own: ownGroups, folded: restGroups } = fold(groups, ofGroups.length, room - kept);
  const anyOther = restGroups.length > 0 && room - kept >= ofGroups.length;
  const groupSeries = [...ownGroups, ...(anyOther ? [OTHER] : [])].flatMap((group) =>
    ofGroups.map((row) => seriesOf(row, { VpcId: vpc, Group: group })),
  );
  const vpcSeries = ofVpc.map((row) => seriesOf(row, { VpcId: vpc }));
  const subnetSeries = placed('SubnetId', room - groupSeries.length);
  const series = [...vpcSeries, ...edgeSeries, ...targetSeries, ...groupSeries, ...subnetSeries];
  return { series, own: places.own, folded: places.folded, ownGroups, ownThings };
}

const EDGE_KINDS = VPC_KINDS.filter((kind) => kind !== 'SubnetId');

/** As many things as `room` has series for; if not all fit, one place goes to what shares the rest. */
function fold<T>(things: readonly T[], rows: number, room: number): { own: readonly T[]; folded: readonly T[] } {
  const fit = rows === 0 ? things.length : Math.floor(room / rows);
  const kept = things.length <= fit ? things.length : Math.max(0, fit - 1);
  return { own: things.slice(0, kept), folded: things.slice(kept) };
}

function seriesOf({ name, cloudWatch }: PublishedRow, values: Partial<Record<Dimension, string>>): Series {
  const dimensions = cloudWatch.dimensions.map((key) => [key, dimensionValue(values[key] ?? OTHER)] as const);
  return { name, unit: cloudWatch.unit, dimensions };
}

/** Longest value of a dimension (PutMetricData, Dimension.Value). */
const LONGEST_VALUE = 1024;

/** CloudWatch takes ASCII without control characters, not blank, not beginning with a colon. */
function dimensionValue(text: string): string {
  const plain = text
    .replace(/[^\x20-\x7e]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .slice(0, LONGEST_VALUE)
    .trim()
    .replace(/^:/, '_:');
  return plain === '' ? '_' : plain;
}
