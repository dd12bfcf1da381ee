/**
 * The ICMP engine's targets: found by id, by number, and by the address they probe; and where their packets go,
 * which changes when a name resolves to another address or an interface comes back under another index.
 */
import { errnoName } from '../kernel/errno.ts';
import type { RouteSpec } from '../kernel/icmp-route.ts';
import { formatAddress, parseAddress } from '../measure/address.ts';
import type { AddressSource } from './address-source.ts';
import type { IcmpDoors } from './icmp-doors.ts';
import { type IcmpStream, local, type WireAddress } from './icmp-stream.ts';
import { localReason } from './local-reason.ts';

/** Bytes of an ICMP header. */
const HEADER = 8;

export class IcmpStreams {
  readonly #addresses: AddressSource;
  readonly #byId = new Map<number, IcmpStream>();
  readonly #byAddress = new Map<string, IcmpStream[]>();
  /** By number, with holes. */
  readonly byNumber: (IcmpStream | null)[] = [];

  constructor(addresses: AddressSource) {
    this.#addresses = addresses;
  }

  has(id: number): boolean {
    return this.#byId.has(id);
  }

  get(id: number): IcmpStream | undefined {
    return this.#byId.get(id);
  }

  all(): IterableIterator<IcmpStream> {
    return this.#byId.values();
  }

  to(literal: string): readonly IcmpStream[] {
    return this.#byAddress.get(literal) ?? [];
  }

  add(stream: IcmpStream): void {
    this.#byId.set(stream.id, stream);
    this.byNumber[stream.number] = stream;
    this.#addresses.want(stream.id, stream.target.host, stream.target.family);
  }

  remove(stream: IcmpStream): void {
    this.#byId.delete(stream.id);
    this.byNumber[stream.number] = null;
    this.#leave(stream);
    this.closeRoute(stream);
    this.#addresses.drop(stream.id);
  }

  /** Makes sure that the stream has a route to its present address, or a reason why not. */
  bind(stream: IcmpStream, doors: IcmpDoors, nowMono: number, nextSequence: number): void {
    const known = this.#addresses.current(stream.id);
    if (known !== stream.known) {
      stream.known = known;
      this.#moveTo(stream, known.address, nextSequence);
    }
    if (stream.route >= 0) return;
    const address = stream.address;
    if (address === null) {
      stream.reason = local('unresolved', known.problem ?? `${stream.target.host} is still being resolved`);
      return;
    }
    const opening = doors.get(address.family, nowMono);
    if (opening.kind === 'none') {
      stream.reason = local(opening.code === 'no-family' ? 'no-route' : 'no-privilege', opening.text);
      return;
    }
    const spec = routeSpec(stream, address);
    if ('kind' in spec) {
      stream.reason = spec;
      return;
    }
    const route = opening.door.openRoute(spec, HEADER + stream.size);
    if (route < 0) {
      stream.reason = localReason(errnoName(route), stream.target.host, stream.target.source);
      return;
    }
    stream.reason = null;
    stream.door = opening.door;
    stream.route = route;
    stream.identifier = opening.door.identifier(route, stream.wishedIdentifier);
  }

  closeRoute(stream: IcmpStream): void {
    if (stream.route >= 0) stream.door?.closeRoute(stream.route);
    stream.route = -1;
    stream.door = null;
  }

  #moveTo(stream: IcmpStream, literal: string | null, nextSequence: number): void {
    const next = literal === null ? null : wireAddress(literal);
    if (next?.literal === stream.address?.literal && next?.zone === stream.address?.zone) return;
    this.#leave(stream);
    this.closeRoute(stream);
    stream.former = stream.address;
    stream.changedAt = nextSequence;
    stream.address = next;
    if (next === null) return;
    const others = this.#byAddress.get(next.literal);
    if (others) others.push(stream);
    else this.#byAddress.set(next.literal, [stream]);
  }

  #leave(stream: IcmpStream): void {
    if (stream.address === null) return;
    const { literal } = stream.address;
    const rest = this.to(literal).filter((other) => other !== stream);
    if (rest.length > 0) this.#byAddress.set(literal, rest);
    else this.#byAddress.delete(literal);
  }
}

function wireAddress(text: string): WireAddress | null {
  const [literal = '', zone = null] = text.split('%');
  const bytes = parseAddress(literal);
  if (bytes === null) return null;
  const family = bytes.length === 4 ? 4 : 6;
  return { literal: formatAddress(bytes, family), family, bytes, zone };
}

function routeSpec(stream: IcmpStream, address: WireAddress): RouteSpec | ReturnType<typeof local> {
  const { target } = stream;
  const source = target.source === null ? null : parseAddress(target.source);
  if (source !== null && source.length !== address.bytes.length) {
    return local('no-address', `${address.literal} cannot be reached from the source address ${target.source}`);
  }
  return {
    address: address.bytes,
    zone: address.zone,
    ttl: target.ttl,
    dscp: target.dscp,
    df: target.df,
    source,
    interface: target.interface,
  };
}
