/**
 * The list of sites and targets. The page holds only what is open: a healthy site is one line, so 200 targets cost
 * what twenty do. The rule of density stands in `isOpen`; an address can open and shut sites against it.
 */
import type { SiteView, Snapshot, TargetView } from '../../verdict/snapshot.ts';
import type { PageQuery } from './query.ts';

/** Up to this many targets all sites are open, as long as there is no trouble to look at. */
const ALL_OPEN_UP_TO = 24;
/** A site with more shows those that are not up and counts the rest. */
const ALL_ROWS_UP_TO = 12;

const RANK = { down: 0, degraded: 1, unknown: 2, up: 3 } as const;

export interface SiteRows {
  readonly site: SiteView;
  readonly open: boolean;
  /** What is drawn, in configured order. */
  readonly rows: readonly TargetView[];
  /** How many are left out because they are up. */
  readonly restUp: number;
  /** How many targets it has (after the filter). */
  readonly count: number;
}

/** Sites in the order they are shown: the worse first, critical before others, else as configured. */
export function siteRows(snapshot: Snapshot, query: PageQuery): readonly SiteRows[] {
  const byName = new Map(snapshot.targets.map((target) => [target.name, target]));
  const needle = query.q.toLowerCase();
  const trouble = snapshot.targets.some(({ state }) => state !== 'up');
  const order = [...snapshot.sites.entries()].sort(
    ([i, a], [j, b]) => RANK[a.state] - RANK[b.state] || Number(b.critical) - Number(a.critical) || i - j,
  );
  const list: SiteRows[] = [];
  for (const [, site] of order) {
    const targets = site.targets.flatMap((name) => byName.get(name) ?? []);
    const kept = needle === '' ? targets : targets.filter((target) => matches(site, target, needle));
    if (needle !== '' && kept.length === 0) continue;
    const open = needle !== '' || isOpen(site, snapshot, query, trouble);
    const whole = needle !== '' || query.openAll || query.open.includes(site.name) || kept.length <= ALL_ROWS_UP_TO;
    const rows = !open ? [] : whole ? kept : kept.filter(({ state }) => state !== 'up');
    list.push({ site, open, rows, restUp: open ? kept.length - rows.length : 0, count: kept.length });
  }
  return list;
}

function isOpen(site: SiteView, snapshot: Snapshot, query: PageQuery, trouble: boolean): boolean {
  if (query.shut.includes(site.name)) return false;
  if (query.openAll || query.open.includes(site.name)) return true;
  if (trouble) return site.state !== 'up';
  return snapshot.targets.length <= ALL_OPEN_UP_TO;
}

/** A filter finds names, addresses, kinds and states. */
function matches(site: SiteView, target: TargetView, needle: string): boolean {
  return [target.name, target.label, target.address ?? '', site.name, target.kind, target.state].some((text) =>
    text.toLowerCase().includes(needle),
  );
}

/** Name the address must hold to open or shut a site by hand. */
export function toggled(site: string, open: boolean, query: PageQuery): Pick<PageQuery, 'open' | 'shut'> {
  const without = (names: readonly string[]): readonly string[] => names.filter((name) => name !== site);
  return open
    ? { open: without(query.open), shut: [...without(query.shut), site] }
    : { open: [...without(query.open), site], shut: without(query.shut) };
}
