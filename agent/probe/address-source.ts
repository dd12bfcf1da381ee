/**
 * Where probers get the address of a target from. `resolver.ts` is the real one; tests hand in a fixed table.
 *
 * Probers ask, they never wait: `current` answers at once with what is known now, and a name that does not
 * resolve is a `problem` in words beside the last address that was known. So a dead DNS server delays no probe.
 */
import type { Milliseconds } from '../measure/target.ts';

export interface KnownAddress {
  /** Address literal in use; null until a first one is known. */
  readonly address: string | null;
  readonly family: 4 | 6 | null;
  /** Wall time of the resolution that gave or last confirmed the address; null before the first. */
  readonly resolvedAt: number | null;
  /** How long that resolution took; null for a literal, which needs none. */
  readonly tookMs: Milliseconds | null;
  /** Why the address is missing or may be old, in one sentence; null when the last resolution worked. */
  readonly problem: string | null;
  /** Wall time since when resolutions have failed; null without a problem. */
  readonly problemSince: number | null;
}

/** A target got its first address (`from` is null) or another one. */
export interface AddressChange {
  readonly id: number;
  readonly host: string;
  readonly from: string | null;
  readonly to: string;
  /** Wall time. */
  readonly at: number;
}

export interface AddressSource {
  /**
   * Keeps an address for target `id` from now on. `family` null takes IPv4 where there is one, else IPv6.
   * Asking again for the same id replaces what was asked. A literal is known at once, without a change event.
   */
  want(id: number, host: string, family: 4 | 6 | null): void;
  drop(id: number): void;
  /** What is known now; the same object until something changes. Unknown ids give no address. */
  current(id: number): KnownAddress;
  /** Calls `listener` at every change of an address; returns what ends that. */
  onChange(listener: (change: AddressChange) => void): () => void;
}
