import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { effectiveObject, effectiveValues, effectiveYaml } from '../../agent/config/effective.ts';
import { type Gathered, gather } from '../../agent/config/gather.ts';

const of = (text: string): Promise<Gathered> => gather({ environment: {}, layers: [{ name: 'layer', text }] });

for (const file of globSync('test/config/fixtures/valid/*').sort()) {
  test(`shown and read back, ${file} is the same`, async () => {
    const first = await of(readFileSync(file, 'utf8'));
    const shown = effectiveYaml(first.tree);
    const second = await of(shown);
    assert.deepEqual(second.problems, [], shown);
    // header values are not shown, so they cannot come back
    const values = (gathered: Gathered): unknown =>
      effectiveValues(gathered.tree)
        .filter(({ path }) => !path.includes('.headers.'))
        .map(({ path, value }) => [path, value]);
    assert.deepEqual(values(second), values(first));
  });
}

test('each value stands beside its source', async () => {
  const { tree } = await of('http:\n  listen: "[::]:8080"\ntargets:\n  - { name: "a: #b", icmp: 10.0.0.1 }\n');
  const lines = effectiveYaml(tree).split('\n');
  assert.ok(
    lines.some((line) => /^ {2}listen: "\[::\]:8080" +# layer:2:11$/.test(line)),
    lines.join('\n'),
  );
  assert.ok(
    lines.some((line) => /^ {2}- name: "a: #b" +# layer:4:13$/.test(line)),
    lines.join('\n'),
  );
  assert.ok(lines.some((line) => /^ {4}every: 1s +# default$/.test(line)));
});

test('of secrets only the place is shown, of header values nothing', async () => {
  const { tree, problems } = await of(`
http: { auth: { basic: [{ user: prtg, password: "file:/secret" }], bearer: [credential:token] } }
aws: { proxy: "http://noc:hunter2@10.0.0.9:3128" }
targets:
  - { name: a, http: "http://a.example/", headers: { Authorization: hunter2, X-Key: "file:/key" } }
`);
  assert.deepEqual(problems, []);
  for (const text of [
    effectiveYaml(tree),
    JSON.stringify(effectiveObject(tree)),
    JSON.stringify(effectiveValues(tree)),
  ]) {
    assert.doesNotMatch(text, /hunter2/);
    for (const open of ['prtg', 'file:/secret', 'credential:token', 'file:/key', '[not shown]']) {
      assert.ok(text.includes(open), `${open} in ${text}`);
    }
  }
});
