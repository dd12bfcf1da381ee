/** One target of the ICMP engine: where its packets go, and how its replies are recognised. */
import type { IcmpDoor } from '../kernel/icmp-door.ts';
import type { LocalCode, Outcome } from '../measure/singleton.ts';
import type { IcmpTarget } from '../measure/target.ts';
import type { KnownAddress } from './address-source.ts';
import { echoSeed, SMALLEST_PAYLOAD } from './wire-icmp.ts';

/** An address as packets carry it. */
export interface WireAddress {
  /** RFC 5952 form, without zone. */
  readonly literal: string;
  readonly family: 4 | 6;
  readonly bytes: Uint8Array;
  /** Interface of a link-local address, or null. */
  readonly zone: string | null;
}

export type LocalOutcome = Outcome & { kind: 'local' };

export function local(code: LocalCode, text: string): LocalOutcome {
  return { kind: 'local', code, text };
}

export class IcmpStream {
  readonly id: number;
  readonly target: IcmpTarget;
  /** Its number in ledger and schedule, and in the payload. */
  readonly number: number;
  /** Added to the sequence on the wire, so that nobody can guess it. */
  readonly salt: number;
  readonly wishedIdentifier: number;
  readonly size: number;
  readonly seed: number;
  /** Singletons still to begin; Infinity without an end. */
  remaining: number;

  /** What the address source said last. */
  known: KnownAddress | null = null;
  address: WireAddress | null = null;
  /** The address before a change, and the first sequence that went to the new one. */
  former: WireAddress | null = null;
  changedAt = 0;
  door: IcmpDoor | null = null;
  /** The door's handle; −1 when there is none … */
  route = -1;
  /** … and why. */
  reason: LocalOutcome | null = null;
  identifier = 0;
  /** The kernel's last refusal in words; an endless series of the same makes one text. */
  refusal: { readonly errno: number; readonly outcome: LocalOutcome } | null = null;

  constructor(id: number, target: IcmpTarget, number: number, identifier: number, salt: number, count: number) {
    this.id = id;
    this.target = target;
    this.number = number;
    this.wishedIdentifier = identifier;
    this.salt = salt;
    this.size = Math.max(target.size, SMALLEST_PAYLOAD);
    this.seed = echoSeed(this.size);
    this.remaining = count;
  }

  /** Whether the address at `at` is the one that the probe of this sequence went to. */
  went(view: DataView, at: number, sequence: number): boolean {
    const to = this.former !== null && sequence < this.changedAt ? this.former : this.address;
    if (to === null) return false;
    for (let i = 0; i < to.bytes.length; i += 1) if (view.getUint8(at + i) !== to.bytes[i]) return false;
    return true;
  }
}
