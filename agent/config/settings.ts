/**
 * Single values from environment variables and flags: a path and a text each, read as the field at that path wants.
 *
 * The name of a variable follows from the path: `http.listen` is VPC_CANARY_HTTP_LISTEN, `history.maxBytes` is
 * VPC_CANARY_HISTORY_MAX_BYTES. Whole lists and maps may be given too, as YAML: VPC_CANARY_TARGETS='[{…}]'.
 * A variable with this prefix that names nothing is a problem like any unknown key.
 */
import * as z from 'zod';
import type { Environment } from './environment.ts';
import { childSchema, settablePaths, unwrap } from './navigate.ts';
import type { Problem } from './problem.ts';
import { configSchema } from './schema.ts';
import { nearest, suggestKey } from './suggest.ts';
import { type Entry, type MapNode, mapNode, type Node, type Origin, type ScalarValue } from './tree.ts';
import { readYaml } from './yaml.ts';

const PREFIX = 'VPC_CANARY_';
/** Names the file, as --config does; not a key of the configuration. */
export const FILE_VARIABLE = 'VPC_CANARY_CONFIG';

export interface Setting {
  /** "environment VPC_CANARY_LOG_LEVEL", "flag --listen". */
  readonly source: string;
  readonly path: readonly string[];
  readonly text: string;
}

export interface SettingsLayer {
  readonly tree: MapNode;
  readonly problems: readonly Problem[];
}

export function variableName(path: readonly string[]): string {
  return PREFIX + path.map((key) => key.replace(/([a-z0-9])([A-Z])/g, '$1_$2').toUpperCase()).join('_');
}

/** Variables of the environment in the order of the schema; an empty one is as good as none. */
export function environmentLayer(environment: Environment): SettingsLayer {
  const paths = new Map(settablePaths().map((path) => [variableName(path), path]));
  const settings: Setting[] = [];
  const problems: Problem[] = [];
  for (const [name, text] of Object.entries(environment)) {
    if (!name.startsWith(PREFIX) || name === FILE_VARIABLE || text === undefined || text === '') continue;
    const path = paths.get(name);
    const source = `environment ${name}`;
    if (path !== undefined) settings.push({ source, path, text });
    else {
      const near = nearest(name, [...paths.keys(), FILE_VARIABLE]);
      problems.push(unknown(source, 'no such variable is known', near === null ? 'unset it' : `did you mean ${near}`));
    }
  }
  const layer = settingsLayer(settings);
  return { tree: layer.tree, problems: [...problems, ...layer.problems] };
}

/** Settings as one tree; later ones win. */
export function settingsLayer(settings: readonly Setting[]): SettingsLayer {
  let tree = mapNode([], { source: 'settings', line: null, column: null });
  const problems: Problem[] = [];
  const paths = settablePaths();
  for (const setting of settings) {
    const known = paths.find((path) => path.join('.') === setting.path.join('.'));
    if (known === undefined) {
      problems.push(unknownPath(setting, paths));
      continue;
    }
    const { node, problems: wrong } = nodeOfText(setting);
    problems.push(...wrong);
    tree = place(tree, setting.path, { node, keyOrigin: node.origin });
  }
  return { tree, problems };
}

function unknown(source: string, text: string, fix: string): Problem {
  const origin: Origin = { source, line: null, column: null };
  return { code: 'unknown-key', path: '', value: null, text, allowed: null, fix, origin };
}

function unknownPath(setting: Setting, paths: readonly (readonly string[])[]): Problem {
  const written = setting.path.join('.');
  const whole = nearest(
    written,
    paths.map((path) => path.join('.')),
  );
  const fix = whole !== null ? `did you mean ${whole}` : suggestKey(setting.path.at(-1) ?? '', [], paths);
  return unknown(
    setting.source,
    `${JSON.stringify(written)} is no key that can be set`,
    fix ?? 'see vpc-canary config show',
  );
}

function place(tree: MapNode, path: readonly string[], entry: Entry): MapNode {
  const [key, ...rest] = path;
  if (key === undefined) return tree;
  const below = tree.entries.get(key)?.node;
  const child =
    rest.length === 0
      ? entry
      : { ...entry, node: place(below?.kind === 'map' ? below : mapNode([], entry.keyOrigin), rest, entry) };
  return { ...tree, entries: new Map([...tree.entries, [key, child]]) };
}

function nodeOfText(setting: Setting): { readonly node: Node; readonly problems: readonly Problem[] } {
  const origin: Origin = { source: setting.source, line: null, column: null };
  const schema = setting.path.reduce<z.core.$ZodType | undefined>(childSchema, configSchema);
  const inner = schema === undefined ? undefined : unwrap(schema);
  const scalar = (value: ScalarValue): Node => ({ kind: 'scalar', origin, value });
  const { text } = setting;
  if (inner instanceof z.ZodArray && !/^\s*(\[|-\s)/.test(text)) {
    const items = text.split(',').map((item) => scalar(item.trim()));
    return { node: { kind: 'list', origin, items }, problems: [] };
  }
  if (inner instanceof z.ZodArray || inner instanceof z.ZodRecord) {
    const { root, problems } = readYaml(text, setting.source);
    return { node: root ?? scalar(null), problems };
  }
  return { node: scalar(scalarOf(inner, text)), problems: [] };
}

/** The text itself where the field takes it, else the number or truth value it spells, if the field takes that. */
function scalarOf(schema: z.core.$ZodType | undefined, text: string): ScalarValue {
  const takes = (value: ScalarValue): boolean => schema !== undefined && z.safeParse(schema, value).success;
  if (takes(text)) return text;
  if (text === 'true' || text === 'false') return text === 'true';
  const number = /^-?[0-9]+(\.[0-9]+)?$/.test(text) ? Number(text) : null;
  return number !== null && (takes(number) || schema instanceof z.ZodNumber) ? number : text;
}
