import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parameterLayers } from '../../agent/config/parameter-layers.ts';

const BASES = ['/c/default', '/c/vpc-1'];
const layers = (parameters: Record<string, string>) =>
  parameterLayers(
    BASES,
    Object.entries(parameters).map(([name, value]) => ({ name, value })),
  );

test('the default before the VPC’s, each with what is below it, by name', () => {
  const found = layers({
    '/c/vpc-1/b': '4',
    '/c/vpc-1': '3',
    '/c/default/sites': '1',
    '/c/default': '0',
    '/c/default/targets/x': '2',
    '/c/vpc-2': 'no',
    '/c/defaults': 'no',
  });
  assert.deepEqual(found.problems, []);
  assert.deepEqual(
    found.layers.map(({ name, text }) => `${name}: ${text}`),
    [
      'Parameter Store /c/default: 0',
      'Parameter Store /c/default/sites: 1',
      'Parameter Store /c/default/targets/x: 2',
      'Parameter Store /c/vpc-1: 3',
      'Parameter Store /c/vpc-1/b: 4',
    ],
  );
});

test('parts are joined by number, and a missing one is told', () => {
  const parts = Object.fromEntries(Array.from({ length: 12 }, (_, i) => [`/c/default/part-${12 - i}`, `${12 - i};`]));
  assert.deepEqual(layers(parts).layers, [{ name: 'Parameter Store /c/default', text: '1;2;3;4;5;6;7;8;9;10;11;12;' }]);
  assert.deepEqual(layers({ '/c/default/part-1': 'a', '/c/default/part-3': 'c' }), {
    layers: [],
    problems: ['Parameter Store /c/default: part-2 is missing'],
  });
  assert.match(layers({ '/c/vpc-1': 'a', '/c/vpc-1/part-1': 'b' }).problems[0] ?? '', /stands in parts too/);
});
