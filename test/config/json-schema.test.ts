import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { Ajv } from 'ajv';
import fc from 'fast-check';
import { parse } from 'yaml';
import { gather } from '../../agent/config/gather.ts';
import { jsonSchema } from '../../agent/config/json-schema.ts';

type Json = Record<string, unknown>;

const schema = jsonSchema();
// strict: an unknown keyword in the schema is an error; union types are how a blank key is allowed
const accepts = new Ajv({ strict: true, allowUnionTypes: true, allErrors: true }).compile(schema);

const read = (text: string): unknown => parse(text, { merge: true }) ?? {};

for (const file of globSync('test/config/fixtures/valid/*').sort()) {
  test(`accepts ${file.slice('test/config/fixtures/'.length)}`, () => {
    assert.ok(accepts(read(readFileSync(file, 'utf8'))), JSON.stringify(accepts.errors));
  });
}

for (const file of globSync('test/config/fixtures/invalid/*.yaml').sort()) {
  const text = readFileSync(file, 'utf8');
  const announced = /^# schema: (refuses|accepts)$/m.exec(text)?.[1];
  if (announced === undefined) continue; // not YAML at all
  test(`${announced} ${file.slice('test/config/fixtures/'.length)}`, () => {
    assert.equal(accepts(read(text)) ? 'accepts' : 'refuses', announced, JSON.stringify(accepts.errors));
  });
}

/** All schemas below a schema, with their paths. */
function* below(json: Json, path = ''): Generator<[string, Json]> {
  yield [path, json];
  for (const [key, child] of Object.entries((json['properties'] ?? {}) as Record<string, Json>))
    yield* below(child, `${path}/${key}`);
  for (const key of ['items', 'additionalProperties']) {
    const child = json[key];
    if (typeof child === 'object' && child !== null) yield* below(child as Json, `${path}/${key}`);
  }
  for (const [index, child] of ((json['anyOf'] ?? []) as Json[]).entries()) yield* below(child, `${path}/${index}`);
}

test('every key tells an editor what it is, and every map is closed', () => {
  let keys = 0;
  for (const [path, json] of below(schema)) {
    const types = [json['type']].flat();
    if (types.includes('object') && json['properties'] !== undefined)
      assert.equal(json['additionalProperties'], false, path);
    for (const [key, child] of Object.entries((json['properties'] ?? {}) as Record<string, Json>)) {
      keys += 1;
      const description = String(child['description'] ?? '');
      assert.match(description, /^[A-Z].*\.$/, `${path}/${key}`);
      assert.doesNotMatch(description, /undefined|\.\./, `${path}/${key}`);
    }
  }
  assert.ok(keys > 100, `${keys} keys`);
});

test('every example and every default is itself accepted', () => {
  let checked = 0;
  for (const [path, json] of below(schema)) {
    const { examples = [], default: fallback, ...rest } = json;
    const samples = [...(examples as unknown[]), ...(fallback === undefined ? [] : [fallback])];
    if (samples.length === 0) continue;
    const one = new Ajv({ strict: true, allowUnionTypes: true }).compile(rest);
    for (const sample of samples) {
      assert.ok(one(sample), `${path}: ${JSON.stringify(sample)} ${JSON.stringify(one.errors)}`);
      checked += 1;
    }
  }
  assert.ok(checked > 60, `${checked} samples`);
});

const VALUES = [
  null, true, false, 0, 1, -1, 0.5, 4, 6, 56, 443, 8080, 1500, 1e9, 'none', '1s', '500 ms', '2%', '100%', '0%', '64MB', '64 MiB', 'a', 'A', '42',
  '', ' a', 'a b', 'é', 'a\nb', '10.0.0.1', '::1', 'fe80::1', 'erp.corp.example', '10.0.0.1:443', '[::1]:443', '10.0.0.0/8', '2001:db8::/32', 'HTTP://A/',
  'https://a.example/x?y=1', 'EF', 'ef', '2xx', 'GET', 'PTR', 'tcp', 'disk', 'info', 'json', 'vpn', 'file:/x', 'credential:x', '/x', 'x'.repeat(300),
  [], {}, [200], ['2xx', 301], ['10.0.0.0/8'], ['a'], ['file:/x'], [{ user: 'a', password: 'file:/x' }], { A: 'b' }, { degraded: '1%' }, { answers: ['x'] },
]; // biome-ignore format: a pool

/** Places where a value is put: each key of each map of the schema, with what must stand around it. */
const PLACES: (readonly (string | number)[])[] = [];
for (const [path, json] of below(schema)) {
  for (const key of Object.keys((json['properties'] ?? {}) as Json)) {
    const at = `${path}/${key}`.slice(1).split('/');
    PLACES.push(at.map((part) => (part === 'items' ? 0 : part)));
  }
}
const KINDS = [
  { icmp: '10.0.0.1' },
  { tcp: '10.0.0.1:1' },
  { http: 'http://a/' },
  { dns: { server: '10.0.0.1', query: 'a' } },
];

/** A small good configuration with one value replaced. */
function withValue(place: readonly (string | number)[], value: unknown): unknown {
  const root: Json = {};
  let at: Json = root;
  const path = [...place];
  if (path[0] === 'targets' && path.length > 1) {
    const kind = KINDS[Number(path[2])] ?? {};
    at = { name: 'n', ...structuredClone(kind) };
    root['targets'] = [at];
    path.splice(0, 3);
  }
  while (path.length > 1) {
    const part = path.shift();
    const key = part === 'additionalProperties' ? 'some-name' : String(part);
    if (path[0] === 0) {
      path.shift();
      at = ((at[key] = [{}]) as Json[])[0] ?? {};
    } else {
      at = (at[key] ??= {}) as Json;
    }
  }
  if (path.length === 1) at[String(path[0])] = value;
  return root;
}

test('whatever the agent accepts, the schema accepts', async () => {
  let accepted = 0;
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...PLACES), fc.constantFrom(...VALUES), async (place, value) => {
      const config = withValue(place, value);
      const { problems } = await gather({ environment: {}, layers: [{ name: 'x', text: JSON.stringify(config) }] });
      if (problems.length > 0) return;
      accepted += 1;
      assert.ok(accepts(config), `${JSON.stringify(config)} ${JSON.stringify(accepts.errors)}`);
    }),
    { numRuns: 6000 },
  );
  assert.ok(accepted > 300, `only ${accepted} were good: the pool is too poor`);
});
