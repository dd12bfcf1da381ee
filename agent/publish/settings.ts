/** What to publish, where, as what: the configuration, completed by what the instance knows of itself. */
import type { Identity } from '../aws/identity.ts';
import type { MetricSet } from '../metric/series.ts';

/** The operator's wishes; null leaves it to the instance. */
export interface PublishWishes {
  readonly enabled: 'auto' | 'on' | 'off';
  readonly region: string | null;
  readonly endpoint: string | null;
  readonly namespace: string;
  readonly vpc: string | null;
  readonly periodMs: number;
  readonly set: MetricSet;
}

export interface PublishSettings {
  readonly region: string;
  readonly endpoint: string | null;
  readonly namespace: string;
  /** Value of the dimension VpcId. */
  readonly vpc: string;
  readonly periodMs: number;
  readonly set: MetricSet;
}

/** null when nothing is to be published, or nobody says where. */
export function publishSettings(
  wishes: PublishWishes,
  identity: Pick<Identity, 'region' | 'vpcId'> | null,
  onEc2: boolean,
  hostname: string,
): PublishSettings | null {
  const { enabled, endpoint, namespace, periodMs, set } = wishes;
  const region = wishes.region ?? identity?.region ?? null;
  const wanted = enabled === 'on' || (enabled === 'auto' && (onEc2 || wishes.region !== null));
  if (!wanted || region === null) return null;
  return { region, endpoint, namespace, vpc: wishes.vpc ?? identity?.vpcId ?? hostname, periodMs, set };
}
