/**
 * Our events as EventBridge carries them: source, detail-type by kind, and the detail, whose JSON Schemas stand in
 * packaging/events (made by packaging/event-schemas.ts). Fields are added over time, never changed or taken away;
 * `schemaVersion` rises if that must be broken.
 */
import type { BusEvent } from '../aws/event-bridge.ts';
import type { CanaryEvent } from '../verdict/snapshot.ts';

export const SOURCE = 'vpc-canary';

export const DETAIL_TYPES: Readonly<Record<CanaryEvent['kind'], string>> = {
  target: 'VPC Canary Target State Change',
  site: 'VPC Canary Site State Change',
  vpc: 'VPC Canary VPC Change',
  aws: 'VPC Canary AWS Event',
  host: 'VPC Canary Agent Event',
  flow: 'VPC Canary Agent Event',
  agent: 'VPC Canary Agent Event',
  config: 'VPC Canary Agent Event',
};

/** Who sends. */
export interface EventOrigin {
  /** As the dimension VpcId of the metrics. */
  readonly vpc: string;
  /** Instance id, or host name off EC2. */
  readonly instance: string;
  /** ARN of the VPC; null when account or region are not known. */
  readonly vpcArn: string | null;
}

/** Reasons of an event; more would be a list, not an event. */
const MOST_REASONS = 20;
const LONGEST_TEXT = 1000;

const cut = (text: string): string => (text.length > LONGEST_TEXT ? `${text.slice(0, LONGEST_TEXT - 1)}…` : text);

/** @param id stays with the event however often it is sent: who hears it twice can tell */
export function busEvent(event: CanaryEvent, { vpc, instance, vpcArn }: EventOrigin, id: string): BusEvent {
  const { kind, layer, subject, site, at, from, to, lastedMs, text, reasons } = event;
  const detail = {
    schemaVersion: '1',
    id,
    vpc,
    instance,
    kind,
    layer,
    subject: cut(subject),
    site,
    at: new Date(at).toISOString(),
    from,
    to,
    lastedSeconds: lastedMs === null ? null : Math.round(lastedMs) / 1000,
    text: cut(text),
    reasons: reasons.slice(0, MOST_REASONS).map(({ code, text: why }) => ({ code, text: cut(why) })),
  };
  return {
    source: SOURCE,
    detailType: DETAIL_TYPES[kind],
    detail: JSON.stringify(detail),
    at,
    resources: vpcArn === null ? [] : [vpcArn],
  };
}
