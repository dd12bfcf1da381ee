/**
 * One probe and what became of it (RFC 2330 singleton), as every prober reports it.
 *
 * Two clocks: `sentMono` (CLOCK_MONOTONIC, ms) places a singleton in windows and outages, so a step of the
 * wall clock moves nothing; `sentWall` (CLOCK_REALTIME, ms since the epoch) is only for people.
 */
import type { Milliseconds, Target } from './target.ts';

/**
 * How an RTT was timed. `kernel`: both ends are kernel stamps (or the kernel's own `tcpi_rtt`);
 * `user`: at least one end is a user-space clock reading, so scheduling delay is in it.
 */
export type Timing = 'kernel' | 'user';

/** Codes of what the network or the far end answered instead of a reply. A reason, never a reply. */
export type ErrorCode =
  | 'net-unreachable'
  | 'host-unreachable'
  | 'protocol-unreachable'
  | 'port-unreachable'
  | 'fragmentation-needed' // RFC 792 3/4, RFC 4443 type 2: `mtu` is the next hop's
  | 'admin-prohibited'
  | 'unreachable' // any other unreachable code; `text` names it
  | 'ttl-exceeded'
  | 'reassembly-exceeded'
  | 'parameter-problem'
  | 'refused' // TCP RST to SYN, or ICMP port unreachable to a datagram
  | 'reset' // connection reset before the exchange was complete
  | 'tls' // handshake or certificate; `text` says which
  | 'http-status' // a status outside the expected ones
  | 'http-body'
  | 'http-protocol'
  | 'dns-rcode' // NXDOMAIN, SERVFAIL … in `text`
  | 'dns-answer'; // answers do not hold what is expected

/** Codes of why this host could not send, or could not tell: the agent's or the host's own part, never loss. */
export type LocalCode =
  | 'no-route' // ENETUNREACH, EHOSTUNREACH at send
  | 'denied' // EPERM, EACCES: a local firewall, route or policy, or a broadcast address
  | 'no-address' // EADDRNOTAVAIL: the source address is gone
  | 'interface-down' // ENETDOWN, ENODEV, ENXIO
  | 'too-big' // EMSGSIZE against the local MTU
  | 'overload' // ENOBUFS, EAGAIN, receive-queue overflow, sends late by over half an interval
  | 'unresolved' // no address for the name, none known from before
  | 'no-privilege' // neither raw socket nor ping socket may be opened
  | 'suspended' // the machine slept or the loop stood still while the probe was out
  | 'other';

/** Phases of an HTTP exchange; a phase that did not take place (reused, plain text) is null. */
export interface HttpPhases {
  readonly resolveMs: Milliseconds | null;
  readonly connectMs: Milliseconds | null;
  readonly tlsMs: Milliseconds | null;
  readonly firstByteMs: Milliseconds | null;
  readonly wholeMs: Milliseconds | null;
}

/** What a probe kind knows beyond RTT; shown on the target's page, kept as the latest only. */
export interface Detail {
  readonly http?: {
    readonly phases: HttpPhases;
    readonly status: number | null;
    /** Days until the server's certificate ends; null without TLS. */
    readonly certificateDaysLeft: number | null;
  };
  readonly dns?: { readonly rcode: string; readonly answers: readonly string[] };
  readonly tcp?: {
    /** `tcpi_rtt` and `tcpi_rttvar` after the handshake; null where the kernel could not tell. */
    readonly rttMs: Milliseconds | null;
    readonly rttvarMs: Milliseconds | null;
    /** How often the SYN had to be sent again; null where the kernel could not tell. */
    readonly synRetransmits: number | null;
  };
}

export type Outcome =
  | {
      readonly kind: 'reply';
      readonly rttMs: Milliseconds;
      readonly timing: Timing;
      /** Bound of the timing error of this RTT, ± ms. */
      readonly errorBarMs: Milliseconds;
      /** TTL or hop limit of the reply; null where the kind has none. */
      readonly replyTtl: number | null;
      readonly detail?: Detail;
    }
  /** Nothing came within the timeout, or not all of it. Counts as loss. */
  | {
      readonly kind: 'lost';
      /** How far a probe of several steps got: "connected, no answer to the request within 5 s". */
      readonly text?: string;
      readonly detail?: Detail;
    }
  /** The network or the far end said no. Counts as loss, with this reason. */
  | {
      readonly kind: 'error';
      readonly code: ErrorCode;
      /** One phrase for people: "fragmentation needed, next-hop MTU 1400". */
      readonly text: string;
      /** Address that sent the error, when known. */
      readonly from: string | null;
      readonly mtu: number | null;
      readonly detail?: Detail;
    }
  /** This host did not send, or cannot tell. Never counts as sent or lost. */
  | { readonly kind: 'local'; readonly code: LocalCode; readonly text: string };

/**
 * A target with the number it goes by on the hot path. The composition root gives ids; a target that stays
 * the same over a reload keeps its id, a changed or new one gets a fresh one, ids are never used again.
 */
export interface ProbeTarget<T extends Target = Target> {
  readonly id: number;
  readonly target: T;
}

/** A finished singleton. Reported once per probe, in order of completion. */
export interface Singleton {
  /** The target's id, see {@link ProbeTarget}. */
  readonly target: number;
  /** Counts up by one per probe of this target. */
  readonly sequence: number;
  readonly sentMono: Milliseconds;
  readonly sentWall: Milliseconds;
  readonly outcome: Outcome;
  /** True for a reply that arrived after a reply to a later sequence (RFC 4737). */
  readonly reordered: boolean;
}

/** Something seen about a probe that was already finished, or about nobody's probe. */
export interface Note {
  readonly target: number;
  readonly sequence: number;
  readonly kind:
    | 'duplicate' // RFC 5560: a second reply to a probe that was answered
    | 'late' // a reply after its timeout; the probe stays lost
    | 'corrupt'; // our identifier, but checksum, nonce or length does not match
  /** RTT of a late reply. */
  readonly rttMs: Milliseconds | null;
  readonly atMono: Milliseconds;
}

/** Where a prober puts what it finds. Called on the loop, must not throw, must not block. */
export interface ProbeSink {
  singleton(singleton: Singleton): void;
  note(note: Note): void;
}
