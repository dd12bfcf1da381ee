/** What may happen to a world in a day. Each function changes it in place; the server's next answer tells of it. */
import type { Route } from '@aws-sdk/client-ec2';
import type { World } from './world.ts';

function found<T>(things: readonly T[] | undefined, is: (thing: T) => boolean, what: string): T {
  const thing = things?.find(is);
  if (thing === undefined) throw new Error(`the story has no ${what}`);
  return thing;
}

/**
 * A tunnel changes.
 * @param change `at` is AWS's LastStatusChange; what is left out stays
 */
export function setTunnel(
  world: World,
  vpnId: string,
  outsideIp: string,
  change: { readonly status: string; readonly at: number; readonly message?: string; readonly routes?: number },
): void {
  const vpn = found(world.vpnConnections, ({ VpnConnectionId }) => VpnConnectionId === vpnId, vpnId);
  const tunnel = found(vpn.VgwTelemetry, ({ OutsideIpAddress }) => OutsideIpAddress === outsideIp, outsideIp);
  tunnel.Status = change.status as 'UP';
  tunnel.LastStatusChange = new Date(change.at);
  if (change.message !== undefined) tunnel.StatusMessage = change.message;
  if (change.routes !== undefined) tunnel.AcceptedRouteCount = change.routes;
}

/** A BGP session of a virtual interface changes, and its metrics with it; "down" takes the prefixes with it. */
export function setBgp(world: World, interfaceId: string, family: 'ipv4' | 'ipv6', status: string): void {
  const one = found(world.virtualInterfaces, (vif) => vif.virtualInterfaceId === interfaceId, interfaceId);
  const peer = found(one.bgpPeers, ({ addressFamily }) => addressFamily === family, family);
  peer.bgpStatus = status as 'up';
  one.virtualInterfaceState = one.bgpPeers?.every(({ bgpStatus }) => bgpStatus === 'down') ? 'down' : 'available';
  for (const metric of world.metrics) {
    if (metric.virtualInterfaceId !== interfaceId || metric.family !== family) continue;
    metric.status = status === 'up' ? 1 : 0;
    metric.accepted = status === 'up' ? 40 : 0;
  }
}

/** The last propagated routes of a table go. @returns those that went */
export function withdrawRoutes(world: World, tableId: string, count: number): Route[] {
  const table = found(world.routeTables, ({ RouteTableId }) => RouteTableId === tableId, tableId);
  const gone = (table.Routes ?? []).filter(({ Origin }) => Origin === 'EnableVgwRoutePropagation').slice(-count);
  if (gone.length < count) throw new Error(`only ${gone.length} propagated routes`);
  table.Routes = (table.Routes ?? []).filter((route) => !gone.includes(route));
  return gone;
}

export function installRoutes(world: World, tableId: string, routes: readonly Route[]): void {
  const table = found(world.routeTables, ({ RouteTableId }) => RouteTableId === tableId, tableId);
  table.Routes = [...(table.Routes ?? []), ...routes];
}

/** Addresses of a subnet are taken (given back when negative), as far as there are any. */
export function takeAddresses(world: World, subnetId: string, count: number): void {
  const subnet = found(world.subnets, ({ SubnetId }) => SubnetId === subnetId, subnetId);
  subnet.AvailableIpAddressCount = Math.max(0, (subnet.AvailableIpAddressCount ?? 0) - count);
}

/** A link of a LAG changes; with fewer links up than its minimum, the LAG goes down, and its interfaces with it. */
export function setLink(world: World, lagId: string, connectionId: string, state: string): void {
  const lag = found(world.lags, (one) => one.lagId === lagId, lagId);
  for (const list of [lag.connections, world.connections]) {
    found(list, (one) => one.connectionId === connectionId, connectionId).connectionState = state as 'available';
  }
  const up = (lag.connections ?? []).filter(({ connectionState }) => connectionState === 'available').length;
  const before = lag.lagState;
  lag.lagState = up >= Math.max(1, lag.minimumLinks ?? 0) ? 'available' : 'down';
  if (lag.lagState === before) return;
  const bgp = lag.lagState === 'down' ? 'down' : 'up';
  for (const { connectionId: on, virtualInterfaceId = '', bgpPeers = [] } of world.virtualInterfaces) {
    if (on === lagId)
      for (const { addressFamily = 'ipv4' } of bgpPeers) setBgp(world, virtualInterfaceId, addressFamily, bgp);
  }
}
