/**
 * Where the fault is, what it is not, and what to do next. "likely" stands before all that is inferred; what nothing
 * measured is named as not checked.
 */
import type { LinkKind } from '../measure/target.ts';
import { counted, formatRatio, formatRtt } from '../measure/units.ts';
import { answeringSite, hostHealth, hostShortages, LINK_NAMES } from './chain.ts';
import type { Evidence } from './evidence.ts';
import { listNames, shownName } from './names.ts';
import type { SiteTrack } from './site-track.ts';
import type { Trouble } from './trouble.ts';

export function faultAt(trouble: Trouble, sites: readonly SiteTrack[], evidence: Evidence): string {
  const { site, cause } = trouble;
  const name = shownName(site.site.name, 40);
  if (cause.code === 'local' || cause.code === 'silent' || cause.code === 'overload') return 'this host';
  if (cause.code === 'resolver') return 'name resolution on this host';
  if (cause.code === 'filtered') return `likely a filter or rate limit for ping in front of ${name}`;
  const link = evidence.sites?.[site.site.name]?.link;
  if (link !== undefined && link.state === 'down')
    return link.faultAt ?? `${link.name}, its provider or the side of ${name}`;
  if (trouble.target !== null)
    return `likely ${shownName(trouble.target.target.name, 40)} itself: its host, its service or a filter in front`;
  const kind = site.site.expect.link;
  const other = answeringSite(sites, site, (own) => own.site.expect.link !== 'local');
  if (other === null) {
    const local = answeringSite(sites, site, () => true);
    if (local !== null)
      return kind === 'local' ? `likely ${name}` : `likely ${linkWord(kind)}, the AWS edge or ${name}`;
    return sites.length > 1
      ? 'likely this host, its VPC or the AWS edge: no site answers'
      : `unclear: nothing but ${name} is probed`;
  }
  return kind === 'local' ? `likely ${name}` : `likely ${linkWord(kind)} to ${name}, or ${name} itself`;
}

const linkWord = (kind: LinkKind | null): string => (kind === null ? 'the link' : `the ${LINK_NAMES[kind]} link`);

/** What was measured and found healthy; null when that is nothing. */
export function notAtFault(trouble: Trouble, sites: readonly SiteTrack[], evidence: Evidence): string | null {
  const parts: string[] = [];
  const { host } = evidence;
  if (host !== undefined && hostShortages(host).length === 0 && hostHealth(host) !== '')
    parts.push(`this instance (${hostHealth(host)})`);
  const link = evidence.sites?.[trouble.site.site.name]?.link;
  // What AWS sees of a session says nothing of packets that die on the way: it is named as AWS's word.
  if (link !== undefined && link.state === 'up')
    parts.push(`${link.name} as AWS sees it (${link.text.replace(/^.*: /, '')})`);
  const local = answeringSite(sites, trouble.site, ({ site }) => site.expect.link === 'local');
  if (local !== null) parts.push(`this VPC (${health(local)})`);
  const others = sites.filter(
    (site) => site !== trouble.site && site !== local && site.condition.state === 'up' && site.tracks.length > 0,
  );
  if (others.length > 0) parts.push(`the paths to ${listNames(others.map(({ site }) => site.name))}`);
  if (trouble.target !== null && trouble.predicate.tail.includes('answer'))
    parts.push(`the way to ${shownName(trouble.site.site.name, 40)}`);
  if (parts.length === 0) return null;
  const text = parts.join(', ');
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}

function health(site: SiteTrack): string {
  const sent = site.tracks.reduce((sum, track) => sum + track.lastMinute.sent, 0);
  const lost = site.tracks.reduce((sum, track) => sum + track.lastMinute.lost, 0);
  const loss = sent === 0 ? '' : `, ${formatRatio(lost / sent)} loss`;
  return `${shownName(site.site.name, 30)} ${site.bestRttMs === null ? 'answers' : formatRtt(site.bestRttMs)}${loss}`;
}

/** What nothing measures and could be the cause; null when all is checked. */
export function notChecked(trouble: Trouble, sites: readonly SiteTrack[], evidence: Evidence): string | null {
  const parts: string[] = [];
  if (evidence.host === undefined) parts.push('CPU steal and network allowances of this instance');
  const { name, expect } = trouble.site.site;
  const known = evidence.sites?.[name];
  if (known?.link === undefined && expect.link !== 'local') parts.push('tunnels and BGP');
  if (known?.tcp === undefined) parts.push('TCP flows');
  if (evidence.vpc === undefined && !sites.some(({ site }) => site.expect.link === 'local'))
    parts.push('a target in this VPC');
  return parts.length === 0 ? null : parts.join('; ');
}

/** The next thing to do. */
export function nextStep(trouble: Trouble, evidence: Evidence): string | null {
  const { site, cause, tracks } = trouble;
  const name = shownName(site.site.name, 40);
  const label = shownName(tracks[0]?.label ?? name, 60);
  const known = evidence.sites?.[site.site.name]?.link?.next;
  if (known !== undefined) return known;
  switch (cause.code) {
    case 'local':
      return localStep(cause.local, label);
    case 'silent':
      return 'See the agent view: no probe was finished lately';
    case 'overload':
      return 'Probe fewer targets or less often, or give this instance more CPU';
    case 'resolver':
      return 'Check the resolvers in /etc/resolv.conf and the name itself';
    case 'filtered':
      return `Let ping through at ${name}, or probe a TCP port there instead`;
    case 'error':
      return errorStep(cause.error, label);
    case 'recovering':
      return null;
    case 'measuring':
      return null;
    case 'retransmission':
      return `See /flows, which flows to ${name} retransmit; probe with larger packets to find loss that small ones escape`;
    case 'rtt':
    case 'jitter':
    case 'loss':
      return `Compare with the traffic on ${linkWord(site.site.expect.link)}: full, rerouted or faulty`;
    case 'no-reply':
      if (trouble.target !== null) return `Check that ${label} is up and that its firewall lets the probe in`;
      return outageStep(site.site.expect.link, name);
  }
}

function outageStep(link: LinkKind | null, name: string): string {
  switch (link) {
    case 'direct-connect':
      return `Check the BGP state of the virtual interface, then ask the provider about the circuit to ${name}`;
    case 'vpn':
      return `Check the state of both tunnels and the customer gateway at ${name}`;
    case 'transit-gateway':
      return `Check the Transit Gateway attachment and its route table for ${name}`;
    case 'peering':
      return `Check the peering connection and the routes on both sides for ${name}`;
    case 'internet':
      return `Check the way out to the Internet and whether ${name} is reachable from elsewhere`;
    case 'local':
      return `Check security groups, network ACLs and whether the hosts of ${name} run`;
    case null:
      return `Check the route to ${name} and the devices on the way; state its link as \`expect.link\` for better advice`;
  }
}

function localStep(code: Extract<Trouble['cause'], { code: 'local' }>['local'], label: string): string {
  switch (code) {
    case 'no-route':
      return `Add a route to ${label} on this host, or see why it went: ip route get ${label}`;
    case 'denied':
      return 'Look for the rule that forbids it: nft list ruleset, iptables -S OUTPUT';
    case 'no-address':
      return 'Check the addresses of this host and the source in the configuration: ip address';
    case 'interface-down':
      return 'Check the interfaces of this host: ip link';
    case 'too-big':
      return "Set a smaller size, or see this host's MTU: ip link";
    case 'overload':
      return 'Probe fewer targets or less often, or give this instance more CPU';
    case 'unresolved':
      return 'Check the resolvers in /etc/resolv.conf and the name itself';
    case 'no-privilege':
      return 'Give the agent CAP_NET_RAW, or open net.ipv4.ping_group_range';
    case 'suspended':
      return 'Nothing: measuring goes on';
    case 'other':
      return "See the agent's log";
  }
}

function errorStep(code: Extract<Trouble['cause'], { code: 'error' }>['error'], label: string): string {
  switch (code) {
    case 'refused':
    case 'reset':
      return `Check that the service listens at ${label} and takes connections from here`;
    case 'tls':
      return `Check the certificate and the TLS settings of ${label}`;
    case 'http-status':
    case 'http-body':
    case 'http-protocol':
      return `Look at what ${label} answers, and at its own log`;
    case 'dns-rcode':
    case 'dns-answer':
      return `Ask the same of the server: ${label}`;
    case 'fragmentation-needed':
      return 'Probe with a smaller size, or see which link has the smaller MTU';
    case 'admin-prohibited':
      return 'Ask who runs the filter that the message came from';
    case 'net-unreachable':
    case 'host-unreachable':
    case 'protocol-unreachable':
    case 'port-unreachable':
    case 'unreachable':
      return 'Look at the router that said so: it knows no way, or the host behind it is off';
    case 'ttl-exceeded':
    case 'reassembly-exceeded':
    case 'parameter-problem':
      return 'Look for a routing loop or a device that mangles packets on the way';
  }
}

/** "14 flows, RTT 46 ms", for evidence. */
export function tcpWords(evidence: Evidence, site: SiteTrack): string | null {
  const tcp = evidence.sites?.[site.site.name]?.tcp;
  if (tcp === undefined) return null;
  if (tcp.healthy && tcp.flowsMovingData > 0) {
    const rtt =
      tcp.rttMs === undefined || tcp.rttMs === null
        ? ''
        : `, RTT ${formatRtt(tcp.rttMs)}${usual(tcp.baselineRttMs, formatRtt)}`;
    return `its TCP is healthy: ${counted(tcp.flowsMovingData, 'flow')} move data${rtt}`;
  }
  const timeouts = tcp.timeouts ?? null;
  if (tcp.flowsMovingData === 0)
    return timeouts === null || timeouts === 0
      ? 'no TCP flow to it moves data'
      : `TCP flows to it stalled (${counted(timeouts, 'timeout')})`;
  const ratio = tcp.retransmitRatio ?? null;
  return ratio === null
    ? 'its TCP suffers too'
    : `its TCP retransmits ${formatRatio(ratio)}${usual(tcp.baselineRetransmitRatio, formatRatio)}`;
}

const usual = (value: number | null | undefined, format: (value: number) => string): string =>
  value === undefined || value === null ? '' : ` (usual ${format(value)})`;
