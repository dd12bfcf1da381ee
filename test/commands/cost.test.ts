import assert from 'node:assert/strict';
import { test } from 'node:test';
import { incident } from '../fakes/small-snapshot.ts';
import { quietVpc } from '../fakes/vpc.ts';
import { fakeSources } from '../fakes/web-sources.ts';
import { serve } from '../web/client.ts';
import { cli } from './cli.ts';

const EXAMPLE = ['--config', 'packaging/config.example.yaml'];

test('a table per metric, per VPC and for many VPCs, with the date of the prices', async () => {
  const { code, stdout, stderr } = await cli(['cost', ...EXAMPLE, '--vpcs', '100']);
  assert.deepEqual([code, stderr], [0, '']);
  assert.match(stdout, /^4 targets, essential metrics every 1 min, USD a month\.$/m);
  assert.match(stdout, /List prices of us-east-1, \d{4}-\d\d-\d\d, .*check yours/);
  assert.match(stdout, /^PacketLoss +4 +1\.20$/m);
  assert.match(stdout, /^one VPC +\d+\.\d\d$/m);
  assert.match(stdout, /^100 VPCs +\d+\.\d\d\n {2}series +1,600 +480\.00$/m);
});

test('--json: the same numbers', async () => {
  const { code, stdout } = await cli(['cost', ...EXAMPLE, '--vpcs', '100', '--json']);
  const answer = JSON.parse(stdout);
  assert.equal(code, 0);
  assert.deepEqual([answer.perVpc.series, answer.fleet.series, answer.vpcs], [16, 1600, 100]);
  assert.equal(answer.prices.region, 'us-east-1');
});

test('the configuration decides: the set, the period, the most series', async () => {
  const set = async (...settings: string[]) =>
    JSON.parse((await cli(['cost', ...EXAMPLE, '--json', ...settings.flatMap((one) => ['--set', one])])).stdout);
  const full = await set('publish.cloudwatch.set=full', 'publish.cloudwatch.period=10s');
  assert.ok(full.perVpc.series > 25 && full.metrics.some(({ name }: { name: string }) => name === 'Jitter'));
  assert.equal(full.perVpc.requests, 262_800);
  const few = await set('publish.cloudwatch.maxSeries=8');
  assert.deepEqual([few.perVpc.series <= 8, few.folded], [true, 3]);
  const text = (await cli(['cost', ...EXAMPLE, '--set', 'publish.cloudwatch.maxSeries=8'])).stdout;
  assert.match(text, /^3 of 4 targets are told together as Other: publish\.cloudwatch\.maxSeries is 8\.$/m);
});

test('the VPC’s own series: as many as said, or as a running agent sees', async (t) => {
  const json = async (...more: string[]) => JSON.parse((await cli(['cost', ...EXAMPLE, '--json', ...more])).stdout);
  const said = await json('--subnets', '6', '--tunnels', '4', '--bgp-peers', '2', '--route-tables', '3');
  assert.equal(said.perVpc.series, 16 + 6 + 4 + 2);
  // a query is priced by the series it looks at; the composite over them is one more
  assert.equal(Math.round((said.perVpc.alarmsUsd - (await json()).perVpc.alarmsUsd) * 100), 120 + 50);
  const many = await json('--subnets', '300');
  assert.deepEqual([many.perVpc.series, many.foldedThings], [100, 217]);
  const { url } = await serve(t, fakeSources({ ...incident(), vpc: quietVpc(Date.now()) }));
  const { stdout } = await cli(['cost', ...EXAMPLE, '--ask', url]);
  assert.match(stdout, /^4 targets, 4 subnets, 2 tunnels, 1 BGP session, 1 route table, essential metrics/);
  assert.match(stdout, /^SubnetIpUsage +4 +1\.20$/m);
  const without = await serve(t, fakeSources(incident()));
  assert.equal((await cli(['cost', ...EXAMPLE, '--ask', without.url])).code, 69);
  assert.equal((await cli(['cost', ...EXAMPLE, '--ask', url, '--subnets', '1'])).code, 64);
  assert.equal((await cli(['cost', ...EXAMPLE, '--subnets', 'many'])).code, 64);
  assert.match((await cli(['cost', ...EXAMPLE])).stdout, /come on top: --subnets/);
});

test('wrong options are 64, a bad configuration 78, help 0', async () => {
  assert.equal((await cli(['cost', ...EXAMPLE, '--vpcs', '0'])).code, 64);
  assert.equal((await cli(['cost', ...EXAMPLE, '--vpc'])).code, 64);
  const bad = await cli(['cost', '--set', 'thresholds.window=5']);
  assert.equal(bad.code, 78);
  assert.match(bad.stderr, /the configuration has problems:\n {2}.*thresholds\.window/);
  const help = await cli(['cost', '--help']);
  assert.equal(help.code, 0);
  assert.match(help.stdout, /Examples:[\s\S]*Exit codes:/);
});
