/** How a change of the data plane lies to the change of the control plane before it. */
import { formatDuration } from '../measure/units.ts';
import type { CanaryEvent } from './snapshot.ts';

/** A change longer before has nothing to do with it. */
const RELATED_MS = 300_000;

/**
 * "+1.2 s after BGP" for a site or target that got worse, when a tunnel, a BGP session or a route of its way did so
 * shortly before; null otherwise.
 *
 * @param others events around it, in any order
 */
export function lagAfter(event: CanaryEvent, others: readonly CanaryEvent[]): string | null {
  if (event.layer !== 'data-plane' || (event.to !== 'down' && event.to !== 'degraded')) return null;
  let cause: CanaryEvent | null = null;
  for (const other of others) {
    const before = event.at - other.at;
    if (before < 0 || before > RELATED_MS || !isWorse(other) || !concerns(other, event.site)) continue;
    if (cause === null || other.at > cause.at) cause = other;
  }
  return cause === null ? null : `+${formatDuration(event.at - cause.at)} after ${wordOf(cause)}`;
}

/** What of the control plane got worse: a session or tunnel that fell, routes that went. */
const isWorse = ({ layer, to, reasons }: CanaryEvent): boolean =>
  (layer === 'bgp-tunnels' && (to === 'down' || to === 'degraded')) ||
  (layer === 'routes' && reasons.some(({ code }) => code === 'route-withdrawn' || code === 'route-blackholed'));

/** An event of a thing that carries several sites names each of them in a reason. */
const concerns = ({ site, reasons }: CanaryEvent, wanted: string | null): boolean =>
  wanted !== null &&
  (site === wanted || reasons.some(({ code, text }) => code === 'carries' && text === `carries ${wanted}`));

function wordOf({ layer, text }: CanaryEvent): string {
  if (layer === 'routes') return 'routes';
  return /\bBGP\b/.test(text) ? 'BGP' : 'the tunnel';
}
