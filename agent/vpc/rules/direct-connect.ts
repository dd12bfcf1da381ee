/** Rules about Direct Connect, alone and beside VPN. */
import { formatRatio } from '../../measure/units.ts';
import type { VirtualInterfaceView, VpcView } from '../../verdict/vpc-view.ts';
import { listed } from '../routes.ts';
import { DOCS, isAvailable, type Rule } from './rule.ts';

type View = Omit<VpcView, 'findings' | 'state' | 'summary'>;

const ids = (interfaces: readonly VirtualInterfaceView[]): string =>
  listed(
    interfaces.map(({ id }) => id),
    3,
  );

const inUse = ({ virtualInterfaces }: View): VirtualInterfaceView[] => virtualInterfaces.filter(isAvailable);

/** Devices of AWS that an interface's sessions end at. */
const devicesOf = ({ peers }: VirtualInterfaceView): Set<string> =>
  new Set(peers.flatMap(({ device }) => (device === null ? [] : [device])));

export const DIRECT_CONNECT_RULES: readonly Rule[] = [
  {
    id: 'R04',
    title: 'The same prefixes over VPN and Direct Connect',
    severity: 'info',
    remedy: 'keep packets at 1446 bytes or below on that way, or announce more specific prefixes where the way matters',
    link: `${DOCS.vpc}/route-tables-priority.html`,
    find: ({ view }) =>
      view.virtualGateways.flatMap(({ id }) => {
        const vpns = view.vpns.filter((vpn) => isAvailable(vpn) && vpn.gateway.id === id);
        const through = new Set(view.directConnectGateways.filter(({ via }) => via.id === id).map((one) => one.id));
        const dx = inUse(view).filter(({ via }) => via.id === id || (via.id !== null && through.has(via.id)));
        if (vpns.length === 0 || dx.length === 0) return [];
        const text = `${id} takes routes from ${ids(dx)} and from ${listed(vpns.map((vpn) => vpn.id))}: for a prefix that both bring, Direct Connect wins and the MTU is 1500`;
        return [{ subject: id, text }];
      }),
  },
  {
    id: 'R06',
    title: 'LAG without a link to spare',
    severity: 'warning',
    remedy: 'set minimum links lower than the number of connections: as it is, one that fails takes the LAG down',
    link: `${DOCS.dx}/lags.html`,
    find: ({ view: { lags } }) =>
      lags
        .filter(({ minimumLinks, connections }) => connections.length > 1 && minimumLinks >= connections.length)
        .map(({ id, name, minimumLinks, connections }) => ({
          subject: id,
          text: `${name ?? id} has ${connections.length} connections and needs ${minimumLinks} of them`,
        })),
  },
  {
    id: 'R08',
    title: 'Is BFD on at your routers?',
    severity: 'info',
    remedy: 'enable BFD (300 ms, multiplier 3) on the customer router: AWS has it ready on every virtual interface',
    link: `${DOCS.dx}/resiliency_toolkit.html`,
    find: ({ view }) => {
      const used = inUse(view);
      if (used.length === 0) return [];
      const text = `AWS does not tell whether BFD runs on ${ids(used)}: without it a dead path is noticed after the BGP hold time, 90 s`;
      return [{ subject: used[0]?.id ?? '', text }];
    },
  },
  {
    id: 'R09',
    title: 'All of Direct Connect on one device',
    severity: 'warning',
    remedy: 'move one virtual interface to a connection on another device of AWS, better at another location',
    link: `${DOCS.dx}/resiliency_toolkit.html`,
    find: ({ view }) => {
      const used = inUse(view);
      const devices = new Set(used.flatMap((one) => [...devicesOf(one)]));
      const [device] = devices;
      if (used.length < 2 || devices.size !== 1 || used.some((one) => devicesOf(one).size === 0)) return [];
      return [{ subject: device ?? '', text: `${ids(used)} all end at ${device}: they share its fate` }];
    },
  },
  {
    id: 'R10',
    title: 'All of Direct Connect at one location',
    severity: 'info',
    remedy: 'add a connection at a second location: AWS promises 99.9 % and more only then',
    link: `${DOCS.dx}/resiliency_toolkit.html`,
    find: ({ view }) => {
      const used = inUse(view);
      const locations = new Set(used.map(({ location }) => location));
      const [location] = locations;
      if (used.length < 2 || locations.size !== 1 || location == null) return [];
      const devices = new Set(used.flatMap((one) => [...devicesOf(one)]));
      return devices.size < 2 ? [] : [{ subject: location, text: `${ids(used)} all stand at ${location}` }];
    },
  },
  {
    id: 'R11',
    title: 'Direct Connect without a second way',
    severity: 'warning',
    remedy: 'add a second virtual interface on another connection, or a VPN connection as a backup',
    link: `${DOCS.dx}/resiliency_toolkit.html`,
    find: ({ view }) => {
      const used = inUse(view);
      const [only] = used;
      if (only === undefined || used.length > 1 || view.virtualInterfaces.length > 1) return [];
      if (view.vpns.some(isAvailable)) return [];
      return [{ subject: only.id, text: `${only.id} is the only way to this VPC that is seen` }];
    },
  },
  {
    id: 'R15',
    title: 'Prefixes of a BGP session near the limit',
    severity: 'warning',
    remedy: 'summarise prefixes at the customer router, or have the quota raised: above it BGP goes idle',
    link: `${DOCS.dx}/limits.html`,
    find: ({ view: { virtualInterfaces, limits } }) =>
      virtualInterfaces.flatMap(({ id, peers }) =>
        peers
          .filter(
            ({ prefixesAccepted, prefixLimit }) =>
              prefixesAccepted !== null && prefixesAccepted >= prefixLimit * limits.routesDegraded,
          )
          .map(({ family, prefixesAccepted, prefixLimit }) => ({
            subject: id,
            text: `${id} IPv${family ?? '?'}: ${prefixesAccepted} of ${prefixLimit} prefixes, ${formatRatio((prefixesAccepted ?? 0) / prefixLimit)}`,
          })),
      ),
  },
  {
    id: 'R18',
    title: 'Packets smaller than expected on Direct Connect',
    severity: 'warning',
    remedy:
      "raise the virtual interface's MTU (8500 or 9001) where its connection takes jumbo frames, or lower expect.mtu",
    link: `${DOCS.dx}/set-jumbo-frames-vif.html`,
    find: ({ view, sites }) => {
      const least = Math.min(...inUse(view).map(({ mtu }) => mtu ?? Number.POSITIVE_INFINITY));
      if (!Number.isFinite(least)) return [];
      return view.siteWays.flatMap(({ site, link }) => {
        const mtu = sites.find(({ name }) => name === site)?.expect.mtu ?? null;
        if (link !== 'direct-connect' || mtu === null || mtu <= least) return [];
        return [
          {
            subject: site,
            text: `${site} is expected to take packets of ${mtu} bytes; a virtual interface has MTU ${least}`,
          },
        ];
      });
    },
  },
  {
    id: 'R25',
    title: 'Direct Connect of another account',
    severity: 'info',
    remedy: 'run a canary, or give this role a look, in the account that owns the Direct Connect gateway',
    link: `${DOCS.dx}/direct-connect-gateways-intro.html`,
    find: ({ view }) =>
      view.directConnectGateways
        .filter(({ id, ownedBy }) => ownedBy !== null && !view.virtualInterfaces.some(({ via }) => via.id === id))
        .map(({ id, ownedBy }) => ({
          subject: id,
          text: `${id} belongs to account ${ownedBy}: the BGP sessions of its virtual interfaces cannot be seen from here`,
        })),
  },
];
