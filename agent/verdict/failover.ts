/** A site whose routes lead another way than before, or than they should: told even while everything answers. */
import { formatTime } from '../measure/units.ts';
import { LINK_NAMES } from './chain.ts';
import type { Evidence, WayEvidence } from './evidence.ts';
import type { SiteTrack } from './site-track.ts';
import type { Verdict } from './snapshot.ts';

/** "VPN (was Direct Connect)", with when it changed; null while it has not changed. */
export function movedTo(way: WayEvidence | undefined): { readonly since: number; readonly words: string } | null {
  if (way === undefined || way.since === null || way.was === null || way.was === way.link) return null;
  return { since: way.since, words: `${LINK_NAMES[way.link]} (was ${LINK_NAMES[way.was]})` };
}

/**
 * One line for each site that runs over another link than is expected of it; where nothing is expected, than before
 * it fell from Direct Connect to VPN.
 *
 * @param but the site that the verdict is about already
 */
export function failovers(
  sites: readonly SiteTrack[],
  evidence: Evidence,
  but: SiteTrack | null,
  now: number,
): Verdict['others'] {
  return sites.flatMap((site) => {
    const { name, expect } = site.site;
    const way = evidence.sites?.[name]?.way;
    if (way === undefined || site === but) return [];
    const isFallen =
      expect.link === null ? way.link === 'vpn' && way.was === 'direct-connect' : way.link !== expect.link;
    if (!isFallen) return [];
    const moved = movedTo(way);
    const text =
      moved === null
        ? `runs over ${LINK_NAMES[way.link]}${expect.link === null ? '' : ` (expected ${LINK_NAMES[expect.link]})`}`
        : `runs over ${LINK_NAMES[way.link]} since ${formatTime(moved.since, now, 'second')} (was ${LINK_NAMES[way.was ?? way.link]})`;
    return [{ state: 'degraded' as const, subject: name, site: name, text }];
  });
}
