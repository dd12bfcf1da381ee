import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parse } from 'yaml';
import { cli } from './cli.ts';

const EXAMPLE = ['--config', 'packaging/config.example.yaml'];

test('yaml and json are the same template', async () => {
  const options = [
    '--vpc-id',
    'vpc-1',
    '--sns-topic',
    'arn:aws:sns:us-east-1:111122223333:net',
    '--maintenance-alarm',
    'm',
  ];
  const [yaml, json] = await Promise.all([
    cli(['alarms', ...EXAMPLE, ...options]),
    cli(['alarms', ...EXAMPLE, ...options, '--format', 'json']),
  ]);
  assert.deepEqual(parse(yaml.stdout), JSON.parse(json.stdout));
  const { Parameters } = JSON.parse(json.stdout);
  assert.equal(Parameters.VpcId.Default, 'vpc-1');
  assert.equal(Parameters.AlarmTopic.Default, 'arn:aws:sns:us-east-1:111122223333:net');
  assert.equal(Parameters.MaintenanceAlarm.Default, 'm');
});

test('words that YAML 1.1 takes for truth values stay words', async () => {
  const { stdout } = await cli(['alarms', ...EXAMPLE]);
  assert.deepEqual(parse(stdout, { version: '1.1' }).Parameters.Maintenance.AllowedValues, ['no', 'yes']);
});

test('what an operator should know goes to standard error', async () => {
  const none = await cli(['alarms', '--config', '/dev/null']);
  assert.equal(none.code, 0);
  assert.match(none.stderr, /no targets are configured/);
});

test('wrong options are 64 with what would be right', async () => {
  const topic = await cli(['alarms', ...EXAMPLE, '--sns-topic', 'net']);
  assert.equal(topic.code, 64);
  assert.match(topic.stderr, /"net" is no ARN of a topic; write arn:aws:sns:/);
  const site = await cli(['alarms', ...EXAMPLE, '--site', 'syd']);
  assert.equal(site.code, 64);
  assert.match(site.stderr, /there is no site "syd"; sites: syd-dc1/);
  assert.equal((await cli(['alarms', ...EXAMPLE, '--format', 'xml'])).code, 64);
  assert.equal((await cli(['alarms', '--set', 'thresholds.window=5'])).code, 78);
});
