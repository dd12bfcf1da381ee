/**
 * The fault chain: this host → VPC → AWS edge → link → site. A link of it is what was measured, by its own source or
 * by others that answer across it; what nothing measures is `unchecked`, never healthy.
 */
import type { LinkKind } from '../measure/target.ts';
import { counted, formatRatio, formatRtt } from '../measure/units.ts';
import type { Evidence, HostEvidence, LinkEvidence } from './evidence.ts';
import { shownName } from './names.ts';
import type { SiteTrack } from './site-track.ts';
import type { ChainLink } from './snapshot.ts';

export const LINK_NAMES: Readonly<Record<LinkKind, string>> = {
  'direct-connect': 'Direct Connect',
  vpn: 'VPN',
  'transit-gateway': 'Transit Gateway',
  peering: 'VPC peering',
  internet: 'Internet',
  local: 'This VPC',
};

/** Steal from which the host's own times cannot be trusted. */
const MUCH_STEAL = 0.1;
/** All tasks waiting for memory this share of the time: no program sends or reads in time. */
const MUCH_STALLED = 0.2;
/** The table of tracked connections drops new ones when it is full; entries come and go, so just below counts. */
const CONNTRACK_FULL = 0.98;

/** What this host is short of, in words; empty when nothing is known or nothing is short. */
export function hostShortages(host: HostEvidence | undefined): string[] {
  const words: string[] = [];
  const steal = host?.stealRatio ?? null;
  if (steal !== null && steal >= MUCH_STEAL) words.push(`CPU steal ${formatRatio(steal)}`);
  const exceeded = exceededPackets(host);
  if (exceeded > 0) words.push(`ENA dropped ${counted(exceeded, 'packet')}`);
  const drops = host?.drops ?? 0;
  if (drops > 0) words.push(`the interface dropped ${counted(drops, 'packet')}`);
  const stalled = host?.memoryStalledRatio ?? null;
  if (stalled !== null && stalled >= MUCH_STALLED) words.push(`stalled ${formatRatio(stalled)} for want of memory`);
  const conntrack = host?.conntrackUsedRatio ?? null;
  if (conntrack !== null && conntrack >= CONNTRACK_FULL) words.push('its connection tracking table is full');
  return words;
}

const exceededPackets = (host: HostEvidence | undefined): number =>
  (host?.allowanceExceeded ?? []).reduce((sum, { packets }) => sum + packets, 0);

/**
 * Whether that can have cost `lost` probes: as many packets dropped or more, or no room for new connections. A CPU or
 * memory that was away at times makes probes late and loses some; it does not silence a site.
 */
export function shortageExplains(host: HostEvidence | undefined, lost: number, isDown: boolean): boolean {
  if (exceededPackets(host) + (host?.drops ?? 0) >= Math.max(1, lost)) return true;
  if ((host?.conntrackUsedRatio ?? 0) >= CONNTRACK_FULL) return true;
  return !isDown && ((host?.stealRatio ?? 0) >= MUCH_STEAL || (host?.memoryStalledRatio ?? 0) >= MUCH_STALLED);
}

/** What was looked at on this host and found good: "CPU steal 0 %, no ENA drops". */
export function hostHealth(host: HostEvidence): string {
  const words: string[] = [];
  if (host.stealRatio !== undefined && host.stealRatio !== null)
    words.push(`CPU steal ${formatRatio(host.stealRatio)}`);
  if (host.allowanceExceeded !== undefined) words.push('no ENA drops');
  else if (host.drops !== undefined && host.drops !== null) words.push('no drops');
  return words.join(', ');
}

/** A site whose targets answer, other than `but`, best one first; null when there is none. */
export function answeringSite(
  sites: readonly SiteTrack[],
  but: SiteTrack | null,
  wanted: (site: SiteTrack) => boolean,
): SiteTrack | null {
  const fits = (site: SiteTrack): boolean =>
    site !== but && site.tracks.some(({ condition }) => condition.state === 'up') && wanted(site);
  return sites.find((site) => fits(site) && site.condition.state === 'up') ?? sites.find(fits) ?? null;
}

/**
 * @param site the site in trouble; null draws the chain of a network in health
 */
export function faultChain(sites: readonly SiteTrack[], site: SiteTrack | null, evidence: Evidence): ChainLink[] {
  const chain = [
    hostLink(sites, site, evidence.host),
    vpcLink(sites, site, evidence.vpc),
    edgeLink(sites, site, evidence),
  ];
  if (site === null) return chain;
  const link = site.site.expect.link;
  if (link === 'local') return [...chain.slice(0, 2), siteLink(site)];
  const known = evidence.sites?.[site.site.name]?.link;
  const name = link === null ? 'Link' : LINK_NAMES[link];
  chain.push(known === undefined ? { name, state: 'unchecked', text: 'nothing measures it' } : told(known));
  return [...chain, known !== undefined && known.state === 'down' ? hiddenSite(site) : siteLink(site)];
}

function hostLink(sites: readonly SiteTrack[], site: SiteTrack | null, host: HostEvidence | undefined): ChainLink {
  const name = 'This host';
  const short = hostShortages(host);
  if (short.length > 0) return { name, state: 'degraded', text: short.join(', ') };
  const blocked = site?.reasons.find(({ code }) => LOCAL_CODES.has(code));
  if (blocked !== undefined) return { name, state: 'down', text: blocked.text };
  if (host !== undefined && hostHealth(host) !== '') return { name, state: 'up', text: hostHealth(host) };
  const answering = answeringSite(sites, site, () => true);
  if (answering === null) return { name, state: 'unchecked', text: 'nothing measures it' };
  return { name, state: 'up', text: `reaches ${shownName(answering.site.name, 30)}` };
}

const LOCAL_CODES = new Set(['no-route', 'denied', 'no-address', 'interface-down', 'too-big', 'no-privilege', 'other']);

function vpcLink(sites: readonly SiteTrack[], site: SiteTrack | null, known: LinkEvidence | undefined): ChainLink {
  const name = 'VPC / AZ';
  if (known !== undefined) return told(known);
  const local = answeringSite(sites, site, ({ site: own }) => own.expect.link === 'local');
  if (local !== null) return { name, state: 'up', text: answers(local) };
  const remote = answeringSite(sites, site, ({ site: own }) => own.expect.link !== 'local');
  if (remote !== null) return { name, state: 'up', text: `${shownName(remote.site.name, 30)} answers through it` };
  return { name, state: 'unchecked', text: 'no target in this VPC' };
}

function edgeLink(sites: readonly SiteTrack[], site: SiteTrack | null, evidence: Evidence): ChainLink {
  const name = 'AWS edge';
  if (evidence.edge !== undefined) return told(evidence.edge);
  const link = site?.site.expect.link ?? null;
  const same = answeringSite(
    sites,
    site,
    ({ site: own }) =>
      own.expect.link !== null && own.expect.link !== 'local' && (site === null || own.expect.link === link),
  );
  if (same === null) return { name, state: 'unchecked', text: 'no other site over the same kind of link' };
  const over = same.site.expect.link;
  const text = `${shownName(same.site.name, 30)} answers${over === null ? '' : ` over ${LINK_NAMES[over]}`}`;
  return { name, state: 'up', text };
}

function answers(site: SiteTrack): string {
  const rtt = site.bestRttMs;
  return rtt === null
    ? `${shownName(site.site.name, 30)} answers`
    : `${shownName(site.site.name, 30)} ${formatRtt(rtt)}`;
}

const told = ({ name, state, text }: LinkEvidence): ChainLink => ({ name, state, text });

function siteLink(site: SiteTrack): ChainLink {
  const state = site.condition.state;
  return { name: shownName(site.site.name, 40), state, text: site.reasons[0]?.text ?? 'answers' };
}

const hiddenSite = (site: SiteTrack): ChainLink => ({
  name: shownName(site.site.name, 40),
  state: 'unchecked',
  text: 'not visible behind the fault',
});
