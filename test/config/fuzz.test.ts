/** Configurations of the right words in the wrong places: never an exception, and what passes can be used. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { effectiveYaml } from '../../agent/config/effective.ts';
import { gather } from '../../agent/config/gather.ts';
import { loadConfig } from '../../agent/config/load.ts';
import { settablePaths } from '../../agent/config/navigate.ts';
import { formatProblem } from '../../agent/config/problem.ts';
import { TARGET_SCHEMAS } from '../../agent/config/schema-target.ts';
import { variableName } from '../../agent/config/settings.ts';

const words = new Set(
  [...settablePaths(), ...Object.values(TARGET_SCHEMAS).flatMap((schema) => settablePaths(schema))].flat(),
);
const key = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom(...words) },
  { weight: 1, arbitrary: fc.constantFrom('constructor', 'toString', 'hasOwnProperty', '', 'a.b', '[0]', '…') },
);
const scalar = fc.oneof(
  fc.constantFrom(
    null,
    true,
    false,
    0,
    1,
    56,
    1e9,
    -1,
    0.5,
    'none',
    '1s',
    '10ms',
    '2%',
    '64MB',
    'a',
    '..',
    '10.0.0.1',
    '::1',
    'a.example:1',
  ),
  fc.constantFrom(
    '10.0.0.0/8',
    'http://a/',
    'EF',
    '2xx',
    'PTR',
    'udp',
    'vpn',
    'disk',
    'json',
    'constructor',
    'file:/nonexistent/x',
    'credential:x',
  ),
  fc.string({ unit: 'binary', maxLength: 8 }),
);
const value = fc.letrec((tie) => ({
  any: fc.oneof(
    { depthSize: 'small' },
    scalar,
    fc.array(tie('any'), { maxLength: 3 }),
    fc.dictionary(key, tie('any'), { maxKeys: 5 }),
  ),
})).any;
const target = fc.record(
  {
    name: fc.constantFrom('a', 'b', 'c'),
    site: scalar,
    icmp: scalar,
    tcp: scalar,
    every: scalar,
    thresholds: value,
    expect: value,
  },
  { requiredKeys: ['name'] },
);
const config = fc.oneof(
  fc.dictionary(key, value, { maxKeys: 6 }),
  fc.record(
    { targets: fc.array(target, { maxLength: 4 }), sites: value, thresholds: value },
    { requiredKeys: ['targets'] },
  ),
);

test('two layers of anything load or are refused, without an exception', async () => {
  let good = 0;
  await fc.assert(
    fc.asyncProperty(config, config, async (lower, upper) => {
      const layers = [lower, upper].map((data, index) => ({ name: `layer ${index}`, text: JSON.stringify(data) }));
      const loaded = await loadConfig({ environment: {}, defaultFile: '/nonexistent/config.yaml', layers });
      if (!loaded.ok) {
        assert.ok(loaded.problems.length > 0);
        for (const problem of loaded.problems)
          assert.doesNotMatch(formatProblem(problem), /undefined|\[object|NaN|\p{Cc}/u);
        return;
      }
      good += 1;
      const { config } = loaded;
      const sites = new Set(config.sites.map(({ name }) => name));
      for (const { site, everyMs, thresholds } of config.targets) {
        assert.ok(sites.has(site));
        assert.ok(everyMs >= 100 && thresholds.windowMs >= everyMs && thresholds.lossDegraded <= thresholds.lossDown);
      }
    }),
    { numRuns: 4000 },
  );
  // Of 4000 some thirty are good; the count is chance, that there are any is the point.
  assert.ok(good > 3, `only ${good} were good`);
});

test('any text in any variable is refused or taken, without an exception', async () => {
  const names = settablePaths().map(variableName);
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...names),
      fc.oneof(
        fc.string(),
        scalar.map(String),
        value.map((v) => JSON.stringify(v)),
      ),
      async (name, text) => {
        const { tree, problems } = await gather({
          environment: { [name]: text },
          defaultFile: '/nonexistent/config.yaml',
        });
        effectiveYaml(tree);
        for (const problem of problems)
          assert.ok(problem.origin.source.startsWith('environment '), formatProblem(problem));
      },
    ),
    { numRuns: 2000 },
  );
});
