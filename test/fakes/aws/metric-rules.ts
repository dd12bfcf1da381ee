/** What PutMetricData refuses, by the limits of its API reference. */
export interface WireDatum {
  readonly MetricName: string;
  readonly Dimensions?: readonly { readonly Name: string; readonly Value: string }[];
  /** Seconds since the epoch. */
  readonly Timestamp: number;
  readonly Value?: number;
  readonly Values?: readonly number[];
  readonly Counts?: readonly number[];
  readonly Unit?: string;
  readonly StorageResolution?: number;
}

export interface WireInput {
  readonly Namespace: string;
  readonly MetricData: readonly WireDatum[];
}

const DAY = 86_400;
const UNITS = new Set(['Milliseconds', 'Seconds', 'Percent', 'Bytes', 'Count', 'None']);
const KEYS = new Set([
  'MetricName',
  'Dimensions',
  'Timestamp',
  'Value',
  'Values',
  'Counts',
  'Unit',
  'StorageResolution',
]);

/** null when all is well; else AWS's code and message. @param now ms */
export function refusal(input: WireInput, now: number): readonly [code: string, message: string] | null {
  const { Namespace: namespace, MetricData: data } = input;
  if (!/^[A-Za-z0-9._#/ :-]{1,255}$/.test(namespace) || namespace.startsWith('AWS/'))
    return ['InvalidParameterValue', 'The value AWS/ for parameter Namespace is invalid.'];
  if (data.length === 0) return ['MissingParameter', 'The parameter MetricData is required.'];
  if (data.length > 1000)
    return ['InvalidParameterValue', 'The collection MetricData must not have a size greater than 1000.'];
  for (const [i, datum] of data.entries()) {
    const problem = datumProblem(datum, now);
    if (problem !== null) return ['InvalidParameterValue', `The parameter MetricData.member.${i + 1}.${problem}`];
  }
  return null;
}

function datumProblem(datum: WireDatum, now: number): string | null {
  const { MetricName: name, Dimensions: dimensions = [], Values: values, Counts: counts, Value: value } = datum;
  const odd = Object.keys(datum).find((key) => !KEYS.has(key));
  if (odd !== undefined) return `${odd} is not known`;
  if (typeof name !== 'string' || name.length === 0 || name.length > 255) return 'MetricName is invalid';
  if (dimensions.length > 30) return 'Dimensions must not have more than 30 members';
  for (const { Name, Value } of dimensions) {
    if (!/^[\x20-\x7e]{1,255}$/.test(Name) || Name.startsWith(':') || Name.trim() === '')
      return 'Dimensions is invalid';
    if (!/^[\x20-\x7e]{1,1024}$/.test(Value) || Value.trim() === '') return `Dimensions: "${Value}" is invalid`;
  }
  if ((value === undefined) === (values === undefined)) return 'Value and Values are exclusive';
  const numbers = values ?? [value as number];
  if (numbers.length === 0 || numbers.length > 150) return `Values must have 1 to 150 members, not ${numbers.length}`;
  if (new Set(numbers).size !== numbers.length) return 'Values must be unique';
  if (counts !== undefined && counts.length !== numbers.length) return 'Counts and Values must have the same length';
  if (counts?.some((count) => !(count > 0))) return 'Counts must be positive';
  if (numbers.some((number) => typeof number !== 'number' || !Number.isFinite(number) || Math.abs(number) > 2 ** 360))
    return 'Value must be a number';
  if (datum.Unit !== undefined && !UNITS.has(datum.Unit)) return 'Unit is invalid';
  if (datum.StorageResolution !== 1 && datum.StorageResolution !== 60) return 'StorageResolution is invalid';
  const at = datum.Timestamp;
  if (typeof at !== 'number' || at < now / 1000 - 14 * DAY || at > now / 1000 + 7200)
    return 'Timestamp must specify a time within two weeks back and two hours ahead';
  return null;
}
