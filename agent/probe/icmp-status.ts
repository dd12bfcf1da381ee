/** How the ICMP engine is doing, in the words of the page, the log and `ping`. */
import type { IcmpOpening } from '../kernel/open-icmp.ts';

/** Times at which this host itself was the bottleneck. */
export interface Overload {
  /** Packets that found the receive queue full: replies, and on newer kernels also ICMP of others. */
  readonly receiveOverflows: number;
  /** Probes sent more than half an interval late, and probes left out because their time had passed. */
  readonly lateSends: number;
  /** Probes refused because the send queue was full. */
  readonly noBuffers: number;
  /** True while it lasts. */
  readonly now: boolean;
}

export interface IcmpStatus {
  /** `unused`: no target has needed a socket yet. With two families the worse one counts. */
  readonly mode: 'raw' | 'ping' | 'none' | 'unused';
  /** How the replies so far were timed; null before the first. */
  readonly timing: 'kernel' | 'user' | null;
  /** One sentence. */
  readonly text: string;
  /** The command that gives raw sockets; null when there are, or when no command helps. */
  readonly remedy: string | null;
  readonly overload: Overload;
}

/** Overload is told for this long after it was last seen. */
export const OVERLOAD_HOLD_MS = 10_000;

/** Mode, sentence and remedy from what the doors said. A family that is switched off makes nothing worse. */
export function describeMode(openings: readonly IcmpOpening[]): Pick<IcmpStatus, 'mode' | 'text' | 'remedy'> {
  let worst: IcmpOpening | null = null;
  for (const opening of openings) {
    if (opening.kind === 'none' && opening.code === 'no-family') continue;
    if (worst === null || rank(opening) > rank(worst)) worst = opening;
  }
  if (worst === null) return { mode: 'unused', text: 'no ICMP socket has been needed yet', remedy: null };
  if (worst.kind === 'raw') return { mode: 'raw', text: 'ICMP goes through raw sockets', remedy: null };
  return { mode: worst.kind, text: worst.text, remedy: worst.remedy };
}

function rank(opening: IcmpOpening): number {
  return opening.kind === 'raw' ? 0 : opening.kind === 'ping' ? 1 : 2;
}
