/**
 * AWS's own events, as EventBridge puts them into a queue, in the words of our time line: Network Manager's (Status,
 * Routing, Topology and what else it may send) and AWS Health's about Direct Connect and VPN.
 *
 * Two forms of keys are about, camel case and the kebab case of 2019 ("change-type"), and codes with `-` and with `_`
 * (VPN-CONNECTION-IPSEC-DOWN, CONNECT_PEER_BGP_DOWN): both are taken. What is not known is shown as AWS wrote it; what
 * cannot be read is shown as that. Nothing here throws.
 *
 * Sources: "Monitor your global networks with CloudWatch Events" (Transit Gateway Network Manager and Cloud WAN
 * guides), AWS Health User Guide. Covered by AWS are transit gateways and Cloud WAN only.
 */
import { counted, formatDuration } from '../measure/units.ts';
import type { CanaryEvent, State } from '../verdict/snapshot.ts';

export interface AwsChange {
  readonly event: Omit<CanaryEvent, 'id'>;
  /** "tgw-…" when it is about one. */
  readonly transitGatewayId: string | null;
  /** EventBridge's id of the event, by which one that is delivered twice is known. */
  readonly id: string | null;
}

type Bag = Readonly<Record<string, unknown>>;

/** Prefixes and other things that a text names. */
const NAMED = 5;
const LONGEST_TEXT = 300;
const LONGEST_NAME = 100;

/**
 * @param body a message's body: the event, or SNS's notification that holds it
 * @param receivedAt wall time that stands in where AWS names none, ms
 */
export function awsChange(body: string, receivedAt: number): AwsChange {
  const event = unwrapped(parsed(body));
  if (event === null) {
    const text = `an event of AWS that cannot be read: ${plain(body).slice(0, 100)}`;
    return told({ at: receivedAt, layer: 'aws-agent', subject: 'AWS', to: null, text, code: 'unread' }, null);
  }
  const at = Date.parse(textOf(event['time']) ?? '');
  const seen = { event, detail: camel(event['detail']), at: Number.isNaN(at) ? receivedAt : at };
  return { ...changeOf(seen), id: textOf(event['id']) };
}

function changeOf(seen: Seen): AwsChange {
  const { event } = seen;
  if (event['source'] === 'aws.health') return health(seen);
  const type = textOf(event['detail-type']) ?? '';
  if (/routing/i.test(type)) return routing(seen);
  return /status/i.test(type) ? status(seen, type) : other(seen, type);
}

interface Seen {
  readonly event: Bag;
  readonly detail: Bag;
  readonly at: number;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

const isBag = (value: unknown): value is Bag => typeof value === 'object' && value !== null && !Array.isArray(value);

function unwrapped(value: unknown): Bag | null {
  if (!isBag(value)) return null;
  if (typeof value['Message'] === 'string' && value['detail-type'] === undefined) {
    const inner = parsed(value['Message']);
    return isBag(inner) ? inner : null;
  }
  return value['detail-type'] === undefined && value['source'] === undefined ? null : value;
}

/** "transit-gateway-arn" → "transitGatewayArn", all the way down. */
function camel(value: unknown): Bag {
  if (!isBag(value)) return {};
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      key.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase()),
      Array.isArray(inner) ? inner.map((one) => (isBag(one) ? camel(one) : one)) : isBag(inner) ? camel(inner) : inner,
    ]),
  );
}

const textOf = (value: unknown): string | null => (typeof value === 'string' ? plain(value) || null : null);

/** One line without control characters. */
const plain = (text: string): string => text.replace(/[\p{Cc}\s]+/gu, ' ').trim();

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** "arn:aws:ec2:us-west-2:1:vpn-connection/vpn-1" → "vpn-1" */
const idOf = (arn: unknown): string | null =>
  textOf(arn)
    ?.replace(/^.*[/:]/, '')
    .slice(0, LONGEST_NAME) || null;

/** "vpn_connection-ipsec_down" → "VPN-CONNECTION-IPSEC-DOWN" */
const codeOf = ({ changeType }: Bag): string => (textOf(changeType) ?? '').toUpperCase().replaceAll('_', '-');

interface Telling {
  readonly at: number;
  readonly layer: CanaryEvent['layer'];
  readonly subject: string;
  readonly to: State | null;
  readonly text: string;
  /** AWS's code of it. */
  readonly code: string;
}

function told({ at, layer, subject, to, text, code }: Telling, detail: Bag | null): AwsChange {
  const shown = text.length > LONGEST_TEXT ? `${text.slice(0, LONGEST_TEXT - 1)}…` : text;
  const description = textOf(detail?.['changeDescription'])?.slice(0, LONGEST_TEXT) ?? null;
  return {
    event: {
      at,
      kind: 'aws',
      layer,
      subject,
      site: null,
      from: null,
      to,
      lastedMs: null,
      text: shown,
      reasons: [{ code, text: description === null ? code : `${description} (${code})` }],
    },
    transitGatewayId: idOf(detail?.['transitGatewayArn']),
    id: null,
  };
}

/** IPsec and BGP of VPN connections, BGP of Connect peers. */
function status(seen: Seen, type: string): AwsChange {
  const { detail, at } = seen;
  const code = codeOf(detail);
  const [, what, change] = /-(IPSEC|BGP)-(UP|DOWN|ESTABLISH\w*)$/.exec(code) ?? [];
  if (what === undefined || change === undefined) return other(seen, type);
  const connection = idOf(detail['vpnConnectionArn']);
  const peer = idOf(detail['connectPeerArn'] ?? detail['transitGatewayConnectPeerArn']);
  const attachment = idOf(detail['transitGatewayAttachmentArn'] ?? detail['attachmentArn']);
  const subject = connection ?? peer ?? attachment ?? 'AWS';
  const outside = textOf(detail['outsideIpAddress']);
  const protocol = what === 'IPSEC' ? 'IPsec' : 'BGP';
  const verb = change === 'DOWN' ? 'went down' : change === 'UP' ? 'came up' : 'is established';
  const text = `${protocol} of ${subject}${outside === null ? '' : ` (${outside})`} ${verb}`;
  return told({ at, layer: 'bgp-tunnels', subject, to: change === 'DOWN' ? 'down' : 'up', text, code }, detail);
}

function routing({ detail, at }: Seen): AwsChange {
  const code = codeOf(detail);
  const gateway = idOf(detail['transitGatewayArn']) ?? idOf(detail['coreNetworkArn']) ?? 'AWS';
  const tables = listOf(detail['transitGatewayRouteTableArns']).flatMap((arn) => idOf(arn) ?? []);
  const prefixes = listOf(detail['routes']).flatMap((route) =>
    isBag(route) ? (textOf(route['destinationCidrBlock']) ?? []) : [],
  );
  const verb = code.endsWith('-UNINSTALLED') ? 'withdrawn from' : code.endsWith('-INSTALLED') ? 'installed in' : null;
  const text =
    verb === null
      ? `${gateway}: ${textOf(detail['changeDescription']) ?? code}`
      : `${counted(prefixes.length, 'route')} ${verb} ${named(tables.length > 0 ? tables : [gateway])}: ${named(prefixes)}`;
  return told({ at, layer: 'routes', subject: gateway, to: null, text, code }, detail);
}

function named(names: readonly string[]): string {
  const more = names.length > NAMED ? ` and ${names.length - NAMED} more` : '';
  return `${names.slice(0, NAMED).join(', ')}${more}`;
}

/** Topology changes, policy updates, and whatever AWS thinks of next. */
function other({ event, detail, at }: Seen, type: string): AwsChange {
  const code = codeOf(detail) || 'aws-event';
  const what = textOf(detail['changeDescription']) ?? (codeOf(detail) || JSON.stringify(detail));
  const subject = idOf(listOf(event['resources']).at(-1)) ?? textOf(event['source']) ?? 'AWS';
  const text = `${type || (textOf(event['source']) ?? 'AWS')}: ${what.replace(/\.$/, '')}`;
  return told({ at, layer: 'aws-agent', subject, to: null, text, code }, detail);
}

const SERVICES: Readonly<Record<string, string>> = { DIRECTCONNECT: 'Direct Connect', VPN: 'VPN' };

function health({ event, detail, at }: Seen): AwsChange {
  const service = textOf(detail['service']) ?? 'AWS';
  const code = textOf(detail['eventTypeCode']) ?? 'AWS-HEALTH';
  const entities = listOf(detail['affectedEntities']).flatMap((one) =>
    isBag(one) ? (textOf(one['entityValue']) ?? []) : [],
  );
  // AWS_DIRECTCONNECT_MAINTENANCE_SCHEDULED → maintenance scheduled
  const words = code.replace(/^AWS_/, '').replace(`${service}_`, '').toLowerCase().replaceAll('_', ' ');
  const planned = detail['eventTypeCategory'] === 'scheduledChange' ? spanOf(detail) : '';
  const closed = detail['statusCode'] === 'closed' ? ', over' : '';
  const about = entities.length > 0 ? ` for ${named(entities)}` : '';
  const text = `AWS Health: ${SERVICES[service] ?? service} ${words}${planned}${about}${closed}`;
  const subject = entities[0]?.slice(0, LONGEST_NAME) ?? idOf(listOf(event['resources']).at(-1)) ?? service;
  return told({ at, layer: 'aws-agent', subject, to: null, text, code }, null);
}

/** ", 2026-12-01 02:00 to 06:00 UTC" */
function spanOf({ startTime, endTime }: Bag): string {
  const [from, to] = [startTime, endTime].map((time) => {
    const ms = Date.parse(textOf(time) ?? '');
    return Number.isNaN(ms) ? null : new Date(ms).toISOString().replace('T', ' ').slice(0, 16);
  });
  if (!from) return '';
  if (!to) return `, from ${from} UTC`;
  return `, ${from} to ${to.startsWith(from.slice(0, 10)) ? to.slice(11) : to} UTC`;
}

/** The data plane's change may be this long before AWS's time of it, or this much after. */
const BEFORE_MS = 5 * 60_000;
const AFTER_MS = 60_000;

/**
 * How long after the data plane's own change AWS told, ms; below zero when AWS was first. The data plane's change is
 * the first one in the same direction around AWS's time of the event; null when there is none, or no direction.
 *
 * @param toldAt when the event came into the queue
 */
export function toldAfter({ event }: AwsChange, toldAt: number, recent: readonly CanaryEvent[]): number | null {
  const { to } = event;
  if (to === null) return null;
  const changes = recent.filter(
    ({ layer, at, to: state }) =>
      layer === 'data-plane' &&
      at >= event.at - BEFORE_MS &&
      at <= event.at + AFTER_MS &&
      (to === 'up' ? state === 'up' : state === 'down' || state === 'degraded'),
  );
  if (changes.length === 0) return null;
  return toldAt - Math.min(...changes.map(({ at }) => at));
}

/** The event with the measured lag in its words. @param recent any order */
export function withLag(change: AwsChange, toldAt: number, recent: readonly CanaryEvent[]): Omit<CanaryEvent, 'id'> {
  const { event } = change;
  const lag = toldAfter(change, toldAt, recent);
  if (lag === null) return event;
  const shown = Math.abs(lag) < 10_000 ? formatDuration(Math.abs(lag)) : formatDuration(roundTo(Math.abs(lag), 1000));
  const text = `told ${shown.replace('.0 s', ' s')} ${lag < 0 ? 'before' : 'after'} the data plane's change`;
  return { ...event, text: `${event.text}: ${text}`, reasons: [...event.reasons, { code: 'lag', text }] };
}

const roundTo = (value: number, step: number): number => Math.round(value / step) * step;
