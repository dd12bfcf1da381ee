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
  readonly set: MetricSet;
  readonly maxSeries: number;
}

export interface SeriesPlan<T extends SeriesTarget> {
  readonly series: readonly Series[];
  /** Targets with series of their own, and those that share the series of `Other`. */
  readonly own: readonly T[];
  readonly folded: readonly T[];
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

export function planSeries<T extends SeriesTarget>({ vpc, targets, set, maxSeries }: SeriesInput<T>): SeriesPlan<T> {
  const rows = rowsOf(set);
  const ofTargets = rows.filter(({ cloudWatch }) => cloudWatch.dimensions.includes('Target'));
  const ofVpc = rows.filter(({ cloudWatch }) => !cloudWatch.dimensions.includes('Target'));
  const fit = ofTargets.length === 0 ? targets.length : Math.floor((maxSeries - ofVpc.length) / ofTargets.length);
  // one place goes to Other when not all fit
  const kept = targets.length <= fit ? targets.length : Math.max(0, fit - 1);
  const own = targets.slice(0, kept);
  const folded = targets.slice(kept);
  const places = folded.length > 0 ? [...own, { name: OTHER, site: OTHER }] : own;
  const series = [
    ...ofVpc.map((row) => seriesOf(row, { VpcId: vpc })),
    ...places.flatMap(({ name, site }) =>
      ofTargets.map((row) => seriesOf(row, { VpcId: vpc, Site: site, Target: name })),
    ),
  ];
  return { series, own, folded };
}

function seriesOf({ name, cloudWatch }: PublishedRow, values: Partial<Record<Dimension, string>>): Series {
  const dimensions = cloudWatch.dimensions.map((key) => [key, values[key] ?? OTHER] as const);
  return { name, unit: cloudWatch.unit, dimensions };
}
