/** Changes of the VPC's state as events, in words. */
import { formatTime } from '../measure/units.ts';
import type { CanaryEvent, Reason, State } from '../verdict/snapshot.ts';
import type { Book, Noted } from './book.ts';
import { listed, type RouteChange } from './routes.ts';

export type VpcEvent = Omit<CanaryEvent, 'id'>;
export type Layer = CanaryEvent['layer'];

export interface Change {
  readonly layer: Layer;
  readonly subject: string;
  readonly to: State;
  readonly text: string;
  readonly reasons?: readonly Reason[];
  /** Sites whose traffic it carries. */
  readonly sites?: readonly string[];
}

/** Sites that a reason names. */
const MOST_SITES = 20;

/** The event of a change; null when nothing changed, and at first sight. */
function eventOf({ since, before }: Noted, change: Change): VpcEvent | null {
  if (before === null) return null;
  return {
    at: since,
    kind: 'vpc',
    layer: change.layer,
    subject: change.subject,
    site: change.sites?.length === 1 ? (change.sites[0] ?? null) : null,
    from: before.state,
    to: change.to,
    lastedMs: Math.max(0, Math.round(since - before.since)),
    text: change.text,
    reasons: [...(change.reasons ?? []), ...carries(change.sites ?? [])],
  };
}

/** That something carries several sites, by name: who looks at one finds the event by it. */
function carries(sites: readonly string[]): Reason[] {
  if (sites.length < 2) return [];
  return sites.slice(0, MOST_SITES).map((site) => ({ code: 'carries', text: `carries ${site}` }));
}

export function plainEvent(at: number, { layer, subject, text, reasons, sites = [] }: Omit<Change, 'to'>): VpcEvent {
  return {
    at,
    kind: 'vpc',
    layer,
    subject,
    site: sites.length === 1 ? (sites[0] ?? null) : null,
    from: null,
    to: null,
    lastedMs: null,
    text,
    reasons: [...(reasons ?? []), ...carries(sites)],
  };
}

const VERBS: Readonly<Record<RouteChange['kind'], string>> = {
  installed: 'installed in',
  withdrawn: 'withdrawn from',
  moved: 'moved in',
  blackholed: 'became a blackhole in',
  restored: 'left being a blackhole in',
};
const VERBS_OF_MANY: Partial<Record<RouteChange['kind'], string>> = {
  blackholed: 'became blackholes in',
  restored: 'left being blackholes in',
};
/** Routes that one event lists. */
const MOST_LISTED = 100;

/** Thirty routes withdrawn at once are one event with a list. */
export function routeEvent(at: number, { tables, kind, routes }: RouteChange, sites: readonly string[]): VpcEvent {
  const verb = routes.length === 1 ? VERBS[kind] : (VERBS_OF_MANY[kind] ?? VERBS[kind]);
  const what = routes.length === 1 ? `Route ${routes[0]}` : `${routes.length} routes`;
  const list = routes.length === 1 ? '' : `: ${listed(routes)}`;
  const reasons = routes.slice(0, MOST_LISTED).map((text) => ({ code: `route-${kind}`, text }));
  const text = `${what} ${verb} ${listed(tables)}${list}`;
  return plainEvent(at, { layer: 'routes', subject: tables[0] ?? 'routes', text, reasons, sites });
}

/** A tunnel that went and came back between two polls. */
export function flapText(vpn: string, tunnel: string, changedAt: number, now: number): string {
  return `Tunnel ${tunnel} of ${vpn} went and came back at ${formatTime(changedAt, now, 'second')}, between two looks`;
}

/** Things of one kind that may come and go at once: more than this many are one line. */
const MOST_NAMED = 3;

/**
 * Notes what is said of everything in the book and gathers the events that come of it. Whose traffic a thing carries
 * is known only when all is noted, so events are written at the end.
 */
export class Scribe {
  readonly #book: Book;
  readonly #seenKinds: Set<string>;
  readonly #at: number;
  readonly #pending: { readonly noted: Noted; readonly change: Change; readonly gateways: readonly string[] }[] = [];
  readonly #fresh = new Map<string, string[]>();
  readonly #plain: VpcEvent[] = [];
  readonly #flaps: { readonly event: VpcEvent; readonly gateways: readonly string[] }[] = [];

  /**
   * @param seenKinds kinds of which everything was noted at least once: what is new among them is news
   * @param at wall time of this writing
   */
  constructor(book: Book, seenKinds: Set<string>, at: number) {
    this.#book = book;
    this.#seenKinds = seenKinds;
    this.#at = at;
  }

  before(key: string): State | undefined {
    return this.#book.get(key)?.state;
  }

  /**
   * @param key kind and id
   * @param words the event, when it is one; null when the change is told by something else
   * @param gateways of the VPC that it ends at
   */
  note(
    key: string,
    said: string,
    state: State,
    at: number,
    words: ((before: NonNullable<Noted['before']>) => Omit<Change, 'to'> | null) | null,
    gateways: readonly string[] = [],
  ): number {
    const isNew = this.#book.get(key) === undefined;
    const noted = this.#book.note(key, said, state, Math.min(at, this.#at));
    const kind = kindOf(key);
    if (isNew && this.#seenKinds.has(kind)) this.#fresh.set(kind, [...(this.#fresh.get(kind) ?? []), key]);
    const change = noted.before === null || words === null ? null : words(noted.before);
    if (change !== null) this.#pending.push({ noted, change: { ...change, to: state }, gateways });
    return noted.since;
  }

  /** An event that is no change of what is said. */
  add(event: VpcEvent): void {
    this.#plain.push(event);
  }

  /** The same, of something that ends at gateways of the VPC. */
  flap(event: VpcEvent, gateways: readonly string[]): void {
    this.#flaps.push({ event, gateways });
  }

  /**
   * @param told kinds of which everything was noted: what was not is gone
   * @param sitesOf the sites whose traffic goes to these gateways
   * @returns the events, the oldest first
   */
  finish(told: ReadonlySet<string>, sitesOf: (gateways: readonly string[]) => readonly string[]): VpcEvent[] {
    const events = [...this.#plain];
    for (const { noted, change, gateways } of this.#pending) {
      const event = eventOf(noted, { ...change, sites: change.sites ?? sitesOf(gateways) });
      if (event !== null) events.push(event);
    }
    for (const { event, gateways } of this.#flaps) {
      const sites = sitesOf(gateways);
      const site = sites.length === 1 ? (sites[0] ?? null) : null;
      events.push({ ...event, site, reasons: [...event.reasons, ...carries(sites)] });
    }
    const gone = new Map<string, string[]>();
    for (const [key] of this.#book.sweep(told)) gone.set(kindOf(key), [...(gone.get(kindOf(key)) ?? []), key]);
    for (const [kind, keys] of this.#fresh) events.push(...this.#cameOrWent(kind, keys, 'new'));
    for (const [kind, keys] of gone) events.push(...this.#cameOrWent(kind, keys, 'gone'));
    for (const kind of told) this.#seenKinds.add(kind);
    return events.sort((a, b) => a.at - b.at);
  }

  #cameOrWent(kind: string, keys: readonly string[], what: 'new' | 'gone'): VpcEvent[] {
    const known = KINDS[kind];
    if (known === undefined) return [];
    const ids = keys.map((key) => key.slice(kind.length + 1));
    const text = `${known.name}${ids.length === 1 ? '' : 's'} ${listed(ids, MOST_NAMED)} ${ids.length === 1 ? 'is' : 'are'} ${what}`;
    const reasons = ids.slice(0, MOST_LISTED).map((id) => ({ code: what, text: id }));
    return [plainEvent(this.#at, { layer: known.layer, subject: ids[0] ?? kind, text, reasons })];
  }
}

const kindOf = (key: string): string => key.slice(0, key.indexOf(' '));

/** Kinds whose coming and going is news; a LAG is seen with the interfaces that hang on it. */
const KINDS: Readonly<Record<string, { readonly name: string; readonly layer: Layer }>> = {
  subnet: { name: 'Subnet', layer: 'aws-agent' },
  vgw: { name: 'Virtual private gateway', layer: 'routes' },
  attachment: { name: 'Transit gateway attachment', layer: 'routes' },
  vpn: { name: 'VPN connection', layer: 'bgp-tunnels' },
  dxgw: { name: 'Direct Connect gateway', layer: 'bgp-tunnels' },
  vif: { name: 'Virtual interface', layer: 'bgp-tunnels' },
  table: { name: 'Route table', layer: 'routes' },
};
