/** One site: its targets, its state, and what lets ping's silence be told from an outage. */
import type { Milliseconds, Site } from '../measure/target.ts';
import { type Cause, reasonOf } from './cause.ts';
import type { TcpEvidence } from './evidence.ts';
import { type SiteCondition, siteReasons } from './site-condition.ts';
import type { Reason, SiteView } from './snapshot.ts';
import type { TargetTrack } from './target-track.ts';

export class SiteTrack {
  site: Site;
  tracks: readonly TargetTrack[] = [];
  condition: SiteCondition = { state: 'unknown', sinceMono: Number.NaN };
  /** `condition.sinceMono` on the wall clock, as its event told it. */
  since = 0;
  /** Lowest median RTT of its targets over the last minute; null without replies. */
  bestRttMs: number | null = null;

  /** Its TCP connections retransmit more than usual, since when; null when they do not, or nothing is known of them. */
  tcpTrouble: { readonly cause: Cause; readonly sinceMono: Milliseconds } | null = null;

  constructor(site: Site) {
    this.site = site;
  }

  /** The first tick: unknown from here on, until something is known. */
  begin(nowMono: Milliseconds): void {
    if (Number.isNaN(this.condition.sinceMono)) this.condition = { state: 'unknown', sinceMono: nowMono };
  }

  get reasons(): Reason[] {
    const reasons = siteReasons(this.tracks);
    return this.tcpTrouble === null ? reasons : [...reasons, reasonOf(this.tcpTrouble.cause)];
  }

  /** What the kernel says of the connections to this site now. */
  hearTcp(tcp: TcpEvidence | undefined, nowMono: Milliseconds): void {
    const ratio = tcp?.retransmitRatio ?? null;
    const usual = tcp?.baselineRetransmitRatio ?? null;
    if (tcp === undefined || tcp.healthy || ratio === null || usual === null || ratio <= usual) {
      this.tcpTrouble = null;
      return;
    }
    const cause: Cause = { code: 'retransmission', ratio, usual, flows: tcp.flowsMovingData };
    this.tcpTrouble = { cause, sinceMono: this.tcpTrouble?.sinceMono ?? nowMono };
  }

  /**
   * Why a ping target that is down may not be: every ping target of the site is silent while the kernel sees healthy
   * TCP to the site, or another probe answers at the very address.
   */
  filtered(track: TargetTrack, tcp: TcpEvidence | undefined): Cause | null {
    if (track.target.kind !== 'icmp' || track.machine.phase !== 'down' || !track.isSilent) return null;
    const { address } = track;
    const answering = this.tracks.find(
      (other) =>
        other.target.kind !== 'icmp' && other.machine.phase === 'up' && address !== null && other.address === address,
    );
    if (answering !== undefined) return { code: 'filtered', tcp: null, answering: answering.target.name };
    if (tcp === undefined || !tcp.healthy || tcp.flowsMovingData === 0) return null;
    const allSilent = this.tracks.every((other) => other.target.kind !== 'icmp' || other.machine.phase === 'down');
    return allSilent ? { code: 'filtered', tcp, answering: null } : null;
  }

  view(): SiteView {
    const { name, critical, cidrs, expect } = this.site;
    return {
      name,
      critical,
      link: expect.link,
      cidrs,
      state: this.condition.state,
      since: this.since,
      reasons: this.reasons,
      bestRttMs: this.bestRttMs,
      targets: this.tracks.map(({ target }) => target.name),
    };
  }
}
