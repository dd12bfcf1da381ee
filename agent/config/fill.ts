/**
 * Fills a merged tree with what was not written: defaults of the schema, the built-in targets, and the thresholds
 * a target takes from its site and from all. After this the tree is the whole effective configuration, and every
 * value in it still knows where it came from.
 */
import * as z from 'zod';
import { mergeMaps } from './merge.ts';
import { itemSchema, type Schema, unwrap } from './navigate.ts';
import { configSchema } from './schema.ts';
import { DEFAULT_SITE, LONGEST_EVERY_MS } from './schema-target.ts';
import {
  childOf,
  DEFAULT_ORIGIN,
  type Entry,
  type MapNode,
  mapNode,
  type Node,
  nodeOf,
  type Origin,
  scalarAt,
  textAt,
} from './tree.ts';
import { durationOf, formatDuration } from './units.ts';

/** What is probed when nobody says what to probe: enough to see that the agent works. */
const BUILT_IN = {
  sites: { 'this-host': { expect: { link: 'local' } } },
  targets: [
    { name: 'loopback-v4', site: 'this-host', icmp: '127.0.0.1' },
    { name: 'loopback-v6', site: 'this-host', icmp: '::1' },
  ],
};

export interface Filled {
  readonly tree: MapNode;
  readonly builtInTargets: boolean;
}

export function fillDefaults(written: MapNode): Filled {
  const targets = written.entries.get('targets')?.node;
  const builtInTargets = targets === undefined || isBlank(targets);
  const base = builtInTargets ? withBuiltIns(written) : written;
  const filled = fill(configSchema, withNamedSites(base));
  return { tree: filled?.kind === 'map' ? inheritThresholds(filled) : base, builtInTargets };
}

function withBuiltIns(written: MapNode): MapNode {
  const builtIn = nodeOf(BUILT_IN, DEFAULT_ORIGIN);
  return builtIn.kind === 'map' ? mergeMaps(builtIn, written) : written;
}

/** A site that a target names without its being listed is made, with all its defaults. */
function withNamedSites(written: MapNode): MapNode {
  const targets = written.entries.get('targets')?.node;
  const sites = written.entries.get('sites') ?? { node: mapNode([], DEFAULT_ORIGIN), keyOrigin: DEFAULT_ORIGIN };
  const known = isBlank(sites.node) ? mapNode([], sites.node.origin) : sites.node;
  if (targets?.kind !== 'list' || known.kind !== 'map') return written;
  const entries = new Map(known.entries);
  for (const target of targets.items) {
    const name =
      textAt(target, 'site') ?? (target.kind === 'map' && !target.entries.has('site') ? DEFAULT_SITE : undefined);
    if (name === undefined || entries.has(name) || scalarAt(target, 'enabled') === false) continue;
    entries.set(name, { node: mapNode([], DEFAULT_ORIGIN), keyOrigin: DEFAULT_ORIGIN });
  }
  return mapNode([...written.entries, ['sites', { ...sites, node: { ...known, entries } }]], written.origin);
}

function isBlank(node: Node): boolean {
  return node.kind === 'scalar' && node.value === null;
}

/** A node with all defaults below it; undefined where nothing was written and nothing is the default. */
function fill(schema: Schema, node: Node | undefined): Node | undefined {
  const inner = unwrap(schema);
  const container = inner instanceof z.ZodObject || inner instanceof z.ZodRecord || inner instanceof z.ZodArray;
  let present = node;
  if (present !== undefined && container && isBlank(present)) {
    // `http:` alone, with all below it commented out, says nothing; `syd-dc1:` alone is a site with its defaults
    const optional = schema instanceof z.ZodOptional || schema instanceof z.ZodPrefault;
    present = optional ? undefined : emptyOf(inner, present.origin);
  }
  if (present === undefined && schema instanceof z.ZodPrefault)
    present = nodeOf(schema.def.defaultValue, DEFAULT_ORIGIN);
  if (present === undefined) return undefined;
  if (inner instanceof z.ZodObject && present.kind === 'map') return fillMap(inner, present);
  if (inner instanceof z.ZodRecord && present.kind === 'map') {
    const { valueType } = inner.def;
    return mapNode(
      [...present.entries].map(([key, entry]) => [key, filledEntry(valueType, entry)] as const),
      present.origin,
    );
  }
  if (inner instanceof z.ZodArray && present.kind === 'list') {
    const { element } = inner.def;
    return { ...present, items: present.items.map((item) => fill(itemSchema(element, item), item) ?? item) };
  }
  return present;
}

function emptyOf(schema: Schema, origin: Origin): Node {
  return schema instanceof z.ZodArray ? { kind: 'list', origin, items: [] } : mapNode([], origin);
}

function filledEntry(schema: Schema, entry: Entry): Entry {
  return { node: fill(schema, entry.node) ?? entry.node, keyOrigin: entry.keyOrigin };
}

function fillMap(schema: z.ZodObject, node: MapNode): MapNode {
  const entries = new Map<string, Entry>();
  for (const [key, child] of Object.entries(schema.shape as Record<string, Schema>)) {
    const written = node.entries.get(key);
    const filled = fill(child, written?.node);
    if (filled !== undefined) entries.set(key, { node: filled, keyOrigin: written?.keyOrigin ?? DEFAULT_ORIGIN });
  }
  // unknown ones stay, to be told
  for (const [key, entry] of node.entries) if (!Object.hasOwn(schema.shape, key)) entries.set(key, entry);
  return { kind: 'map', origin: node.origin, entries };
}

function inheritThresholds(root: MapNode): MapNode {
  const forAll = root.entries.get('thresholds');
  const targets = root.entries.get('targets');
  if (forAll?.node.kind !== 'map' || targets?.node.kind !== 'list') return root;
  const ofSite = new Map<string | undefined, Entry>();
  const sites = root.entries.get('sites')?.node;
  for (const [name, site] of sites?.kind === 'map' ? sites.entries : []) {
    ofSite.set(name, over(forAll, site.node));
  }
  const items = targets.node.items.map((target) => {
    if (target.kind !== 'map') return target;
    const thresholds = over(ofSite.get(textAt(target, 'site')) ?? forAll, target);
    const entries = new Map(target.entries);
    // last, for show and page: what it is comes before how it is judged
    entries.delete('thresholds');
    entries.set('thresholds', widenWindow(target, thresholds));
    return { ...target, entries };
  });
  const entries = new Map(root.entries);
  entries.set('targets', { ...targets, node: { ...targets.node, items } });
  return { ...root, entries };
}

/** The thresholds of `holder` over those from further out; the same entry when it has none of its own. */
function over(outer: Entry, holder: Node): Entry {
  const own = holder.kind === 'map' ? holder.entries.get('thresholds') : undefined;
  if (own === undefined || isBlank(own.node) || outer.node.kind !== 'map') return outer;
  return own.node.kind === 'map' ? { ...own, node: mergeMaps(outer.node, own.node) } : own;
}

/** Fewer probes than this in a window make one lost packet an outage. */
const LEAST_PROBES = 3;
/** Where a widened window comes from. */
const WIDENED = `${LEAST_PROBES} × every`;

/** A window not set by the target itself spans at least three of its intervals. */
function widenWindow(target: MapNode, thresholds: Entry): Entry {
  const own = childOf(target.entries.get('thresholds')?.node, 'window');
  const every = durationOf(textAt(target, 'every'));
  const window = durationOf(textAt(thresholds.node, 'window'));
  if (
    own !== undefined ||
    every === null ||
    every > LONGEST_EVERY_MS ||
    window === null ||
    window >= LEAST_PROBES * every
  )
    return thresholds;
  if (thresholds.node.kind !== 'map') return thresholds;
  const origin = { source: WIDENED, line: null, column: null };
  const entries = new Map(thresholds.node.entries);
  entries.set('window', {
    node: { kind: 'scalar', origin, value: formatDuration(LEAST_PROBES * every) },
    keyOrigin: origin,
  });
  return { ...thresholds, node: { ...thresholds.node, entries } };
}
