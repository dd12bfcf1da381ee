/**
 * Where and how the packets of one target go, as the kernel wants to be told with every packet: the address and the
 * control messages, written once and pointed at by each send.
 *
 *   block:  sockaddr, 32 bytes | number for the time stamp, 24 | TTL, 24 | type of service, 24 | source and interface, 40
 *
 * A message carries the block's own control messages, so the same target must not stand twice in one vector.
 */
import { formatAddress } from '../measure/address.ts';
import { Arena } from './arena.ts';
import { controlSpace, putControl } from './control-message.ts';
import { ERRNO } from './errno.ts';
import { libc } from './libc.ts';
import { isLocalAddress } from './local-address.ts';
import { AF, IP, IPV6, SO, SOL } from './sockets.ts';

export interface RouteSpec {
  /** Destination, 4 or 16 bytes in network order. */
  readonly address: Uint8Array;
  /** Interface of a link-local destination ("eth0" of fe80::1%eth0), or null. */
  readonly zone: string | null;
  readonly ttl: number;
  readonly dscp: number;
  /** Do not fragment. */
  readonly df: boolean;
  /** Source address, or null for the kernel's choice. */
  readonly source: Uint8Array | null;
  /** Interface to leave by, or null for the kernel's choice. */
  readonly interface: string | null;
}

/** What sockets are set to, so that the usual packet needs no control message for it. */
export const DEFAULT_TTL = 64;

const NAME = 32;
const BLOCK = NAME + controlSpace(4) * 3 + controlSpace(20);
const BLOCKS = 64;

/** One prepared destination. Addresses are for the kernel. */
export interface Route {
  readonly df: boolean;
  readonly name: number;
  readonly nameLength: number;
  readonly control: number;
  readonly controlLength: number;
  /** Where the time stamp's number is written; −1 when stamps carry none. */
  readonly tokenAt: number;
  readonly view: DataView;
}

export class RouteTable {
  readonly #family: 4 | 6;
  readonly #numbered: boolean;
  readonly #routes: (Route | null)[] = [];
  readonly #arenas: Arena[] = [];
  readonly #free: number[] = [];

  /** `numbered`: every packet carries a number that its time stamp comes back with. */
  constructor(family: 4 | 6, numbered: boolean) {
    this.#family = family;
    this.#numbered = numbered;
  }

  /** The route's handle, zero or more; −ENODEV when an interface it names is not there, −EADDRNOTAVAIL for a source. */
  open(spec: RouteSpec): number {
    const zone = spec.zone === null ? 0 : libc().if_nametoindex(spec.zone);
    if (zone < 0) return zone;
    const device = spec.interface === null ? 0 : libc().if_nametoindex(spec.interface);
    if (device < 0) return device;
    if (spec.source !== null && !isLocalAddress(formatAddress(spec.source, this.#family))) return -ERRNO.EADDRNOTAVAIL;
    const handle = this.#free.pop() ?? this.#routes.length;
    const arena = this.#arenaOf(handle);
    const at = (handle % BLOCKS) * BLOCK;
    arena.bytes.fill(0, at, at + BLOCK);
    this.#writeName(arena.view, at, spec, zone);
    const control = at + NAME;
    const end = this.#writeControl(arena.view, control, spec, device);
    this.#routes[handle] = {
      df: spec.df,
      name: arena.base + at,
      nameLength: this.#family === 4 ? 16 : 28,
      control: end === control ? 0 : arena.base + control,
      controlLength: end - control,
      tokenAt: this.#numbered ? control + 16 : -1,
      view: arena.view,
    };
    return handle;
  }

  close(handle: number): void {
    if (!this.#routes[handle]) return;
    this.#routes[handle] = null;
    this.#free.push(handle);
  }

  get(handle: number): Route | null {
    return this.#routes[handle] ?? null;
  }

  #arenaOf(handle: number): Arena {
    const index = Math.floor(handle / BLOCKS);
    const arena = this.#arenas[index] ?? new Arena(BLOCKS * BLOCK);
    this.#arenas[index] = arena;
    return arena;
  }

  /** sockaddr_in: family @0, address @4. sockaddr_in6: family @0, address @8, scope @24. Ports stay 0. */
  #writeName(view: DataView, at: number, spec: RouteSpec, zone: number): void {
    view.setUint16(at, this.#family === 4 ? AF.INET : AF.INET6, true);
    const address = at + (this.#family === 4 ? 4 : 8);
    for (const [index, byte] of spec.address.entries()) view.setUint8(address + index, byte);
    if (this.#family === 6) view.setUint32(at + 24, zone, true);
  }

  /** Returns where the control messages end. */
  #writeControl(view: DataView, from: number, spec: RouteSpec, device: number): number {
    const four = this.#family === 4;
    const level = four ? SOL.IP : SOL.IPV6;
    let at = from;
    const putInt = (messageLevel: number, type: number, value: number): void => {
      view.setInt32(putControl(view, at, messageLevel, type, 4), value, true);
      at += controlSpace(4);
    };
    if (this.#numbered) putInt(SOL.SOCKET, SO.TS_OPT_ID, 0);
    if (spec.ttl !== DEFAULT_TTL) putInt(level, four ? IP.TTL : IPV6.HOPLIMIT, spec.ttl);
    // DSCP is the upper six bits of the byte (RFC 2474 §3).
    if (spec.dscp !== 0) putInt(level, four ? IP.TOS : IPV6.TCLASS, spec.dscp << 2);
    if (spec.source !== null || device !== 0) {
      const length = four ? 12 : 20;
      const data = putControl(view, at, level, four ? IP.PKTINFO : IPV6.PKTINFO, length);
      // in_pktinfo: ifindex @0, source @4, unused @8. in6_pktinfo: source @0, ifindex @16.
      view.setInt32(data + (four ? 0 : 16), device, true);
      for (const [index, byte] of (spec.source ?? []).entries()) view.setUint8(data + (four ? 4 : 0) + index, byte);
      at += controlSpace(length);
    }
    return at;
  }
}
