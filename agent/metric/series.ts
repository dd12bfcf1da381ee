/**
 * The series a configuration publishes, before anything is measured: one row of the catalogue times one set of
 * dimension values. What they cost, what alarms may watch and what is folded follow from this list.
 */
import { CATALOG, type CloudWatchUnit, type Dimension, type MetricRow } from './catalog.ts';

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
  readonly set: MetricSet;
  readonly maxSeries: number;
}

export interface SeriesPlan<T extends SeriesTarget> {
  readonly series: readonly Series[];
  /** Targets with series of their own, and those that share the series of `Other`. */
  readonly own: readonly T[];
  readonly folded: readonly T[];
  readonly ownGroups: readonly string[];
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

/** What is of the VPC comes first, then targets, then groups: what does not fit shares the series of `Other`. */
export function planSeries<T extends SeriesTarget>(input: SeriesInput<T>): SeriesPlan<T> {
  const { vpc, targets, groups, set, maxSeries } = input;
  const rows = rowsOf(set);
  const by = (key: Dimension): PublishedRow[] => rows.filter(({ cloudWatch }) => cloudWatch.dimensions.includes(key));
  const [ofTargets, ofGroups] = [by('Target'), by('Group')];
  const ofVpc = rows.filter((row) => !ofTargets.includes(row) && !ofGroups.includes(row));
  const places = fold(targets, ofTargets.length, maxSeries - ofVpc.length);
  const targetSeries = [...places.own, ...(places.folded.length > 0 ? [{ name: OTHER, site: OTHER }] : [])].flatMap(
    ({ name, site }) => ofTargets.map((row) => seriesOf(row, { VpcId: vpc, Site: site, Target: name })),
  );
  const room = maxSeries - ofVpc.length - targetSeries.length;
  const { own: ownGroups, folded: restGroups } = fold(groups, ofGroups.length, room);
  const anyOther = restGroups.length > 0 && room >= ofGroups.length;
  const groupSeries = [...ownGroups, ...(anyOther ? [OTHER] : [])].flatMap((group) =>
    ofGroups.map((row) => seriesOf(row, { VpcId: vpc, Group: group })),
  );
  const series = [...ofVpc.map((row) => seriesOf(row, { VpcId: vpc })), ...targetSeries, ...groupSeries];
  return { series, own: places.own, folded: places.folded, ownGroups };
}

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
