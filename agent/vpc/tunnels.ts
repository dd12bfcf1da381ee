/**
 * Tunnels of Site-to-Site VPN.
 *
 * `Status` of a tunnel is UP or DOWN. For a static connection UP means that IPsec is established; for a dynamic one
 * it means that BGP is, and DOWN with the message "IPSEC IS UP" is a tunnel without BGP (Site-to-Site VPN User Guide,
 * "Monitor AWS Site-to-Site VPN tunnels"). `LastStatusChange` moves with every change of IKE, IPsec or BGP: when it
 * moved and the status did not, the tunnel went and came back between two polls.
 */
import type { AwsTunnelTelemetry, AwsVpnConnection } from '../aws/vpc-shapes.ts';
import type { Reason, State } from '../verdict/snapshot.ts';
import type { VpnView } from '../verdict/vpc-view.ts';

export const tunnelState = (status: string | null): State =>
  status === 'UP' ? 'up' : status === 'DOWN' ? 'down' : 'unknown';

export const routingOf = ({ staticRoutesOnly }: AwsVpnConnection): VpnView['routing'] =>
  staticRoutesOnly === true ? 'static' : 'bgp';

/** "IPSEC IS UP" with status DOWN, in words that say what is missing. */
export function tunnelWords(
  { status, statusMessage }: Pick<AwsTunnelTelemetry, 'status' | 'statusMessage'>,
  routing: VpnView['routing'],
): string {
  const message = statusMessage === null || statusMessage === '' ? '' : ` (${statusMessage})`;
  if (status === 'DOWN' && routing === 'bgp' && /IPSEC IS UP/i.test(statusMessage ?? ''))
    return 'is down: IPsec is up, BGP is not';
  if (status === 'UP') return 'is up';
  if (status === 'DOWN') return `is down${message}`;
  return `is ${status === null ? 'in no known state' : `in the state ${status}`}${message}`;
}

/** The connection from its tunnels; one that is not in use yet, or no longer, has no state of its own. */
export function vpnState(
  awsState: string,
  tunnels: readonly { readonly status: string; readonly state: State }[],
): State {
  if (awsState === 'pending' || awsState === 'deleting' || awsState === 'deleted') return 'unknown';
  const count = (wanted: State): number => tunnels.filter(({ state }) => state === wanted).length;
  if (count('up') > 0) return count('down') > 0 ? 'degraded' : 'up';
  return count('down') > 0 && count('unknown') === 0 ? 'down' : 'unknown';
}

export function vpnReasons(
  state: State,
  awsState: string,
  routing: VpnView['routing'],
  tunnels: readonly AwsTunnelTelemetry[],
): Reason[] {
  const tell = (tunnel: AwsTunnelTelemetry): string =>
    `${tunnel.outsideIpAddress ?? 'a tunnel'} ${tunnelWords(tunnel, routing)}`;
  const down = tunnels.filter(({ status }) => tunnelState(status) === 'down');
  switch (state) {
    case 'up':
      return [];
    case 'degraded':
      return [
        { code: 'no-redundancy', text: 'no redundancy' },
        ...down.map((tunnel) => ({ code: 'tunnel-down', text: tell(tunnel) })),
      ];
    case 'down':
      return [
        { code: 'no-tunnel', text: down.length === 1 ? 'its only tunnel is down' : 'no tunnel is up' },
        ...down.map((tunnel) => ({ code: 'tunnel-down', text: tell(tunnel) })),
      ];
    case 'unknown':
      return [
        awsState !== 'available'
          ? { code: 'aws-state', text: `AWS calls it ${awsState}` }
          : tunnels.length === 0
            ? { code: 'not-told', text: 'AWS tells nothing of its tunnels' }
            : { code: 'not-told', text: tunnels.map(tell).join(', ') },
      ];
  }
}
