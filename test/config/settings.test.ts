import assert from 'node:assert/strict';
import { test } from 'node:test';
import { settablePaths } from '../../agent/config/navigate.ts';
import { environmentLayer, settingsLayer, variableName } from '../../agent/config/settings.ts';
import { plain } from '../../agent/config/tree.ts';

const read = (environment: Record<string, string>): unknown => {
  const { tree, problems } = environmentLayer(environment);
  assert.deepEqual(problems, []);
  return JSON.parse(JSON.stringify(plain(tree)));
};

test('the name of a variable follows from the path, and no two paths share one', () => {
  assert.equal(variableName(['history', 'maxBytes']), 'VPC_CANARY_HISTORY_MAX_BYTES');
  assert.equal(variableName(['probe', 'iOwnThisNetwork']), 'VPC_CANARY_PROBE_I_OWN_THIS_NETWORK');
  const names = settablePaths().map(variableName);
  assert.equal(new Set(names).size, names.length);
  assert.ok(names.length > 20);
});

test('a text is read as its field wants it', () => {
  assert.deepEqual(
    read({
      VPC_CANARY_TITLE: '42',
      VPC_CANARY_HISTORY_MAX_BYTES: '64000000',
      VPC_CANARY_THRESHOLDS_LOSS_DEGRADED: '0.02',
      VPC_CANARY_PROBE_I_OWN_THIS_NETWORK: 'true',
      VPC_CANARY_HTTP_ALLOW: '10.0.0.0/8, 192.0.2.7',
      VPC_CANARY_TARGETS: '[{ name: a, icmp: 10.0.0.1 }]',
      VPC_CANARY_SITES: 'syd: { critical: true }',
    }),
    {
      title: '42',
      history: { maxBytes: 64_000_000 },
      thresholds: { loss: { degraded: 0.02 } },
      probe: { iOwnThisNetwork: true },
      http: { allow: ['10.0.0.0/8', '192.0.2.7'] },
      targets: [{ name: 'a', icmp: '10.0.0.1' }],
      sites: { syd: { critical: true } },
    },
  );
});

test('other variables, empty ones and the one for the file are let be', () => {
  assert.deepEqual(read({ PATH: '/bin', VPC_CANARY_TITLE: '', VPC_CANARY_CONFIG: '/x', VPC_CANARYX: 'y' }), {});
});

test('broken YAML in a variable is told with the name of the variable', () => {
  const [problem] = environmentLayer({ VPC_CANARY_TARGETS: '[{ name: a' }).problems;
  assert.equal(problem?.origin.source, 'environment VPC_CANARY_TARGETS');
});

test('a later setting wins, and one place may hold many', () => {
  const source = 'flag --set';
  const { tree } = settingsLayer([
    { source, path: ['log', 'level'], text: 'debug' },
    { source, path: ['log', 'format'], text: 'json' },
    { source, path: ['log', 'level'], text: 'warn' },
  ]);
  assert.deepEqual(JSON.parse(JSON.stringify(plain(tree))), { log: { level: 'warn', format: 'json' } });
});
