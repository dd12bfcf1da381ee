/** What is sent holds to the schemas that are published, and they to their source. */
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { sizeOf } from '../../agent/aws/event-bridge.ts';
import { busEvent, DETAIL_TYPES } from '../../agent/publish/event-detail.ts';
import type { CanaryEvent } from '../../agent/verdict/snapshot.ts';
import { awsChange } from '../../agent/vpc/network-manager.ts';
import { eventSchemas } from '../../packaging/event-schemas.ts';
import { IPSEC_DOWN, MAINTENANCE, routes } from '../fakes/aws/network-events.ts';
import { eventProblems } from '../fakes/event-schemas.ts';
import { NOON } from './rig.ts';

const ORIGIN = { vpc: 'vpc-1', instance: 'i-1', vpcArn: 'arn:aws:ec2:ap-southeast-2:111122223333:vpc/vpc-1' };

const event = (over: Partial<CanaryEvent> = {}): CanaryEvent => ({
  id: 7,
  at: NOON + 400,
  kind: 'target',
  layer: 'data-plane',
  subject: 'syd-core',
  site: 'syd-dc1',
  from: 'up',
  to: 'down',
  lastedMs: 61_234.4,
  text: 'syd-core does not answer',
  reasons: [{ code: 'outage', text: '5 probes in a row were lost' }],
  ...over,
});

test('the files are what their source makes', () => {
  const files = globSync('packaging/events/*.schema.json').sort();
  assert.deepEqual(
    files.map((file) => basename(file)),
    [...eventSchemas().keys()].sort(),
  );
  for (const file of files) {
    assert.deepEqual(
      JSON.parse(readFileSync(file, 'utf8')),
      JSON.parse(eventSchemas().get(basename(file)) ?? ''),
      `${file}: run node packaging/event-schemas.ts`,
    );
  }
});

test('an event of a target, whole', () => {
  const sent = busEvent(event(), ORIGIN, 'id-1');
  assert.deepEqual(
    { ...sent, detail: JSON.parse(sent.detail) },
    {
      source: 'vpc-canary',
      detailType: 'VPC Canary Target State Change',
      at: NOON + 400,
      resources: [ORIGIN.vpcArn],
      detail: {
        schemaVersion: '1',
        id: 'id-1',
        vpc: 'vpc-1',
        instance: 'i-1',
        kind: 'target',
        layer: 'data-plane',
        subject: 'syd-core',
        site: 'syd-dc1',
        at: '2026-03-01T12:00:00.400Z',
        from: 'up',
        to: 'down',
        lastedSeconds: 61.234,
        text: 'syd-core does not answer',
        reasons: [{ code: 'outage', text: '5 probes in a row were lost' }],
      },
    },
  );
  assert.deepEqual(eventProblems(sent), []);
});

test('every kind of event validates, and the schemas refuse what is none', () => {
  for (const kind of Object.keys(DETAIL_TYPES) as CanaryEvent['kind'][]) {
    assert.deepEqual(eventProblems(busEvent(event({ kind }), ORIGIN, 'x')), [], kind);
  }
  for (const aws of [IPSEC_DOWN, MAINTENANCE, routes('UNINSTALLED', 30), 'none']) {
    const { event: seen } = awsChange(JSON.stringify(aws), NOON);
    assert.deepEqual(eventProblems(busEvent({ id: 1, ...seen }, { ...ORIGIN, vpcArn: null }, 'x')), []);
  }
  const sent = busEvent(event(), ORIGIN, 'x');
  const broken = (over: object) => ({ ...sent, detail: JSON.stringify({ ...JSON.parse(sent.detail), ...over }) });
  assert.notDeepEqual(eventProblems(broken({ to: 'gone' })), []);
  assert.notDeepEqual(eventProblems(broken({ from: null })), [], 'a target’s change has a state before');
  assert.notDeepEqual(eventProblems(broken({ at: 3 })), []);
  assert.notDeepEqual(eventProblems({ ...sent, detailType: 'another' }), []);
});

test('no event is too large for EventBridge, whatever is in it', () => {
  const string = fc.string({ unit: 'binary', minLength: 1, maxLength: 3000 });
  const anything = fc.record({
    text: string,
    subject: string,
    reasons: fc.array(fc.record({ code: fc.constant('c'), text: string }), { maxLength: 200 }),
  });
  fc.assert(
    fc.property(anything, (over) => {
      const sent = busEvent(event(over), ORIGIN, 'x');
      assert.ok(sizeOf(sent) < 256 * 1024, String(sizeOf(sent)));
      assert.deepEqual(eventProblems(sent), []);
    }),
    { numRuns: 50 },
  );
});
