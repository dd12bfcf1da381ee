/**
 * What no single value shows: values that are fine alone and wrong together.
 *
 * These checks read the tree and not the checked data, and pass over whatever is not in the right form, so that
 * they speak even when something else is wrong: all problems are to be told at once.
 */
import { familyOf, isLinkLocal, parseCidr, parseHostPort } from './address.ts';
import type { Finding } from './findings.ts';
import { displayValue } from './problem.ts';
import { LONGEST_EVERY_MS, SHORTEST_EVERY_MS } from './schema-target.ts';
import {
  childOf,
  DEFAULT_ORIGIN,
  type MapNode,
  type Node,
  nodeAt,
  type Path,
  plain,
  scalarAt,
  textAt,
} from './tree.ts';
import { durationOf, parseRatio } from './units.ts';

/** Shorter intervals need consent: ten packets a second is what any network bears. */
const SHORTEST_WITHOUT_CONSENT_MS = 100;
/** Samples of a window are held in memory, target by target. */
const MOST_PROBES_IN_WINDOW = 3600;

/** All checks over the filled tree. */
export function crossChecks(root: MapNode): Finding[] {
  const targets = root.entries.get('targets')?.node;
  const ofTargets =
    targets?.kind === 'list'
      ? targets.items.flatMap((target, index) => targetFindings(root, target, ['targets', index]))
      : [];
  return [...lossOrder(root, []), ...usageOrder(root), ...siteFindings(root), ...authFindings(root), ...ofTargets];
}

function siteFindings(root: MapNode): Finding[] {
  const sites = root.entries.get('sites')?.node;
  if (sites?.kind !== 'map') return [];
  const findings: Finding[] = [];
  const owner = new Map<string, string>();
  for (const [name, { node }] of sites.entries) {
    if (name === '.' || name === '..') findings.push(dotName(['sites', name], true));
    findings.push(...lossOrder(root, ['sites', name]));
    const cidrs = childOf(node, 'cidrs');
    (cidrs?.kind === 'list' ? cidrs.items : []).forEach((item, index) => {
      const cidr = parseCidr(plain(item));
      if (!cidr.ok) return;
      const first = owner.get(cidr.value);
      if (first === undefined) owner.set(cidr.value, name);
      else findings.push(sharedCidr(['sites', name, 'cidrs', index], cidr.value, first, name));
    });
  }
  return findings;
}

function sharedCidr(path: Path, cidr: string, first: string, second: string): Finding {
  const text =
    first === second
      ? `${cidr} is listed twice`
      : `${cidr} belongs to two sites, ${displayValue(first)} and ${displayValue(second)}`;
  return { code: 'conflict', path, text, fix: 'keep it in one; a longer prefix inside another site is fine' };
}

/** Browsers take "." and ".." out of a URL, so such a name would have no page. */
function dotName(path: Path, atKey: boolean): Finding {
  return { code: 'value', path, text: 'this cannot be part of a URL', fix: 'choose another name', atKey };
}

const lossOrder = (root: MapNode, holder: Path): Finding[] =>
  limitOrder(root, [...holder, 'thresholds', 'loss'], 'a target would be down before it is degraded');

const usageOrder = (root: MapNode): Finding[] =>
  limitOrder(root, ['vpc', 'thresholds', 'usage'], 'a subnet would be critical before it is degraded');

/** What somebody wrote is at fault, not the default beside it. */
function limitOrder(root: MapNode, path: Path, text: string): Finding[] {
  const limits = nodeAt(root, path);
  const [degraded, down] = ['degraded', 'down'].map((key) => {
    const ratio = parseRatio(scalarAt(limits, key));
    return ratio.ok ? ratio.value : null;
  });
  if (degraded == null || down == null || degraded <= down) return [];
  return childOf(limits, 'degraded')?.origin === DEFAULT_ORIGIN
    ? [
        {
          code: 'conflict',
          path: [...path, 'down'],
          text,
          fix: `make down at least ${scalarAt(limits, 'degraded')}, or degraded less`,
        },
      ]
    : [{ code: 'conflict', path: [...path, 'degraded'], text, fix: 'make degraded at most as much as down' }];
}

function authFindings(root: MapNode): Finding[] {
  const auth = nodeAt(root, ['http', 'auth']);
  if (auth?.kind !== 'map') return [];
  const users = childOf(auth, 'basic');
  const tokens = childOf(auth, 'bearer');
  const empty = (node: Node | undefined): boolean => node?.kind === 'list' && node.items.length === 0;
  if (!empty(users) || !empty(tokens)) return [];
  const fix = 'add a user under basic or a token under bearer, or remove auth';
  return [{ code: 'missing', path: ['http', 'auth'], text: 'nobody could log in', fix }];
}

function targetFindings(root: MapNode, target: Node, path: Path): Finding[] {
  const findings: Finding[] = [];
  for (const key of ['name', 'site']) {
    const text = textAt(target, key);
    if (text === '.' || text === '..') findings.push(dotName([...path, key], false));
  }
  return [
    ...findings,
    ...lossOrder(root, path),
    ...timeFindings(root, target, path),
    ...addressFindings(target, path),
    ...queryFindings(target, path),
  ];
}

function timeFindings(root: MapNode, target: Node, path: Path): Finding[] {
  const every = durationOf(scalarAt(target, 'every'));
  const window = durationOf(scalarAt(childOf(target, 'thresholds'), 'window'));
  const consent = nodeAt(root, ['probe', 'iOwnThisNetwork']);
  const findings: Finding[] = [];
  // beyond these `every` itself is refused, and what follows from it need not be told
  if (every === null || every < SHORTEST_EVERY_MS || every > LONGEST_EVERY_MS) return findings;
  if (every < SHORTEST_WITHOUT_CONSENT_MS && !(consent?.kind === 'scalar' && consent.value === true)) {
    findings.push({
      code: 'consent',
      path: [...path, 'every'],
      text: `intervals below ${SHORTEST_WITHOUT_CONSENT_MS}ms may look like an attack`,
      fix: 'write at least 100ms, or set probe.iOwnThisNetwork: true if the network and its far end are yours',
    });
  }
  const windowPath = [...path, 'thresholds', 'window'];
  if (window !== null && window < every) {
    const text = 'the window is shorter than every, so it may hold no probe';
    findings.push({
      code: 'conflict',
      path: windowPath,
      text,
      fix: 'write at least three times every, or leave it out',
    });
  }
  if (window !== null && window / every > MOST_PROBES_IN_WINDOW) {
    const text = `the window holds more than ${MOST_PROBES_IN_WINDOW} probes of this target`;
    findings.push({
      code: 'conflict',
      path: windowPath,
      text,
      fix: 'set a shorter thresholds.window for this target, or a longer every',
    });
  }
  return findings;
}

/** Address literals that cannot reach each other. */
function addressFindings(target: Node, path: Path): Finding[] {
  const findings: Finding[] = [];
  const [key, host] = targetHost(target);
  if (host === null) return findings;
  const hostFamily = familyOf(host);
  const sourceFamily = familyOf(textAt(target, 'source') ?? '');
  const family = scalarAt(target, 'family');
  const disagree = (what: string, left: unknown, right: unknown): void => {
    const text = `this is IPv${String(left)}, but the ${what} is IPv${String(right)}`;
    findings.push({ code: 'conflict', path: [...path, key], text, fix: `make them one family, or remove ${what}` });
  };
  if (hostFamily !== null && sourceFamily !== null && hostFamily !== sourceFamily)
    disagree('source', hostFamily, sourceFamily);
  if (hostFamily !== null && (family === 4 || family === 6) && hostFamily !== family)
    disagree('family', hostFamily, family);
  if (hostFamily === null && sourceFamily !== null && (family === 4 || family === 6) && sourceFamily !== family) {
    const text = `source is IPv${sourceFamily}, but family is ${family}`;
    findings.push({ code: 'conflict', path: [...path, 'source'], text, fix: 'make them one family' });
  }
  if (isLinkLocal(host) && !(key === 'icmp' && textAt(target, 'interface') !== undefined)) {
    const text = 'this is a link-local address, which means nothing without an interface';
    findings.push({
      code: 'address',
      path: [...path, key],
      text,
      fix: 'use icmp: and set interface, or use another address',
    });
  }
  return findings;
}

function queryFindings(target: Node, path: Path): Finding[] {
  const dns = childOf(target, 'dns');
  const query = textAt(dns, 'query');
  if (query === undefined || familyOf(query) === null || textAt(dns, 'type') === 'PTR') return [];
  const text = 'this is an address, and only PTR records are asked for by address';
  return [
    { code: 'conflict', path: [...path, 'dns', 'query'], text, fix: 'set type: PTR, or write the name to ask for' },
  ];
}

/** The key that names the host, and the host without port, scheme or brackets; null where it cannot be told. */
export function targetHost(target: Node): readonly [string, string | null] {
  const icmp = textAt(target, 'icmp');
  if (icmp !== undefined) return ['icmp', icmp];
  const tcp = textAt(target, 'tcp');
  if (tcp !== undefined) {
    const split = parseHostPort(tcp);
    return ['tcp', split.ok ? split.value.host : null];
  }
  const http = textAt(target, 'http');
  if (http !== undefined) return ['http', URL.canParse(http) ? new URL(http).hostname.replace(/^\[|\]$/g, '') : null];
  return ['dns', textAt(childOf(target, 'dns'), 'server') ?? null];
}
