import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { Ajv } from 'ajv';
import { isMap, isScalar, parse, parseDocument, visit } from 'yaml';
import { type Gathered, gather } from '../../agent/config/gather.ts';
import { jsonSchema } from '../../agent/config/json-schema.ts';
import { formatProblem } from '../../agent/config/problem.ts';
import { nodeAt, plain } from '../../agent/config/tree.ts';

const text = readFileSync('packaging/config.example.yaml', 'utf8');
/** With every commented-out key set. */
const everything = text.replace(/^( *)#(?=[^ \n])/gm, '$1');

const of = (layer: string): Promise<Gathered> =>
  gather({ environment: {}, layers: [{ name: 'example', text: layer }] });

test('the example is good as it stands, and with every key in it set', async () => {
  for (const layer of [text, everything]) {
    assert.deepEqual((await of(layer)).problems.map(formatProblem), []);
    const accepts = new Ajv({ allowUnionTypes: true }).compile(jsonSchema());
    assert.ok(accepts(parse(layer)), JSON.stringify(accepts.errors));
  }
});

/** Names of all keys of a JSON Schema. */
function keysOf(schema: unknown, found = new Set<string>()): Set<string> {
  if (typeof schema !== 'object' || schema === null) return found;
  const { properties } = schema as { readonly properties?: Record<string, unknown> };
  for (const key of Object.keys(properties ?? {})) found.add(key);
  for (const [key, child] of Object.entries(schema)) if (key !== 'examples' && key !== 'default') keysOf(child, found);
  return found;
}

test('the example names every key there is', () => {
  const named = new Set<string>();
  visit(parseDocument(everything), {
    Pair: (_, { key }) => {
      if (isScalar(key)) named.add(String(key.value));
    },
  });
  const missing = [...keysOf(jsonSchema())].filter((key) => key !== '$schema' && !named.has(key));
  assert.deepEqual(missing, []);
});

test('what is commented out with a default in it states the default', async () => {
  const { targets } = (await of('targets: [{ name: a, icmp: 10.0.0.1 }]')).checked;
  const [target] = targets;
  const document = parseDocument(everything);
  assert.ok(isMap(document.contents) && target?.kind === 'icmp');
  for (const [key, value] of [
    ['size', target.value.size],
    ['df', target.value.df],
    ['dscp', target.value.dscp],
    ['ttl', target.value.ttl],
  ] as const) {
    assert.equal(document.getIn(['targets', 0, key]), value, key);
  }
  const defaults = (await of('')).tree;
  const read = (path: string[]): unknown =>
    path.reduce<unknown>((at, key) => (at as Record<string, unknown>)[key], parse(everything));
  for (const path of [
    ['http', 'listen'],
    ['publish', 'cloudwatch', 'enabled'],
    ['publish', 'cloudwatch', 'namespace'],
    ['publish', 'cloudwatch', 'period'],
    ['publish', 'cloudwatch', 'set'],
    ['publish', 'cloudwatch', 'maxSeries'],
    ['publish', 'spool', 'maxBytes'],
    ['parameters', 'enabled'],
    ['parameters', 'path'],
    ['vpc', 'enabled'],
    ['vpc', 'every', 'tunnels'],
    ['vpc', 'every', 'directConnect'],
    ['vpc', 'every', 'addresses'],
    ['vpc', 'every', 'routes'],
    ['vpc', 'thresholds', 'usage', 'degraded'],
    ['vpc', 'thresholds', 'usage', 'down'],
    ['vpc', 'thresholds', 'exhaustion'],
    ['vpc', 'thresholds', 'routes'],
    ['vpc', 'limits', 'propagatedRoutes'],
    ['vpc', 'limits', 'staticRoutes'],
    ['vpc', 'limits', 'prefixes'],
    ['aws', 'fips'],
    ['history', 'mode'],
    ['history', 'maxBytes'],
    ['state', 'directory'],
    ['log', 'level'],
    ['log', 'format'],
    ['thresholds', 'window'],
    ['thresholds', 'clear'],
    ['probe', 'iOwnThisNetwork'],
  ]) {
    const node = nodeAt(defaults, path);
    assert.ok(node !== undefined);
    assert.equal(read(path), plain(node), path.join('.'));
  }
});
