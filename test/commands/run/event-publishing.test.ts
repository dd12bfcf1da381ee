/** Events to EventBridge as the agent joins it: the real identity, store, sender and SDK against AWS on loopback. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { BusEvent } from '../../../agent/aws/event-bridge.ts';
import { EventPublishing } from '../../../agent/commands/run/event-publishing.ts';
import { HostIdentity } from '../../../agent/commands/run/identity.ts';
import type { Config } from '../../../agent/config/config.ts';
import { loadConfig } from '../../../agent/config/load.ts';
import type { CanaryEvent } from '../../../agent/verdict/snapshot.ts';
import { ENVIRONMENT } from '../../fakes/aws/cloudwatch.ts';
import type { WireEntry } from '../../fakes/aws/event-bus.ts';
import { FakeMetadata } from '../../fakes/aws/metadata.ts';
import { FakeAws } from '../../fakes/aws/services.ts';
import { emptyWorld } from '../../fakes/aws/world.ts';
import { eventProblems } from '../../fakes/event-schemas.ts';

const PATIENCE_MS = 20_000;

interface Rig {
  readonly server: FakeAws;
  readonly metadata: FakeMetadata;
  readonly log: string[];
  publishing: EventPublishing;
  identity: HostIdentity;
  apply(eventBridge?: string): Promise<void>;
  /** What arrived, as subjects. */
  subjects(): string[];
  nextLife(): Promise<void>;
}

async function rig(t: TestContext, { ec2 = true, begun = true } = {}): Promise<Rig> {
  const server = new FakeAws(emptyWorld());
  const endpoint = await server.listen();
  const metadata = new FakeMetadata();
  const metadataUrl = await metadata.listen();
  const folder = mkdtempSync(join(tmpdir(), 'vpc-canary-events-'));
  Object.assign(process.env, ENVIRONMENT);
  const log: string[] = [];
  const say = (...words: unknown[]): void => void log.push(words.map(String).join(' '));
  const logger = { info: say, warn: say, error: say, debug: say };
  let config: Config | null = null;
  const live = (): EventPublishing => new EventPublishing(made.identity, logger);
  const identify = (): HostIdentity =>
    new HostIdentity(
      ec2 ? { AWS_EC2_METADATA_SERVICE_ENDPOINT: metadataUrl } : {},
      () => {
        if (config !== null) void made.publishing.apply(config);
      },
      logger,
    );
  const made: Rig = {
    server,
    metadata,
    log,
    identity: undefined as never,
    publishing: undefined as never,
    apply: async (eventBridge = 'enabled: true') => {
      const file = join(folder, 'config.yaml');
      writeFileSync(
        file,
        `state: { directory: ${folder}/state }\npublish: { eventBridge: { endpoint: "${endpoint}", ${eventBridge} } }\n`,
      );
      const loaded = await loadConfig({ file, environment: {} });
      if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
      config = loaded.config;
      await made.publishing.apply(config);
    },
    subjects: () => server.bus.accepted.map(({ Detail = '' }) => (JSON.parse(Detail) as { subject: string }).subject),
    nextLife: async () => {
      await made.publishing.close();
      made.publishing = live();
      if (config !== null) await made.publishing.apply(config);
    },
  };
  made.identity = identify();
  made.publishing = live();
  if (begun) made.identity.begin();
  t.after(async () => {
    await made.publishing.close();
    made.identity.close();
    await server.close();
    await metadata.close();
    rmSync(folder, { recursive: true, force: true });
  });
  return made;
}

async function until(what: string, holds: () => boolean): Promise<void> {
  for (const end = Date.now() + PATIENCE_MS; Date.now() < end; await sleep(20)) if (holds()) return;
  assert.fail(`not seen: ${what}`);
}

const event = (subject: string, over: Partial<CanaryEvent> = {}): CanaryEvent => ({
  id: 1,
  at: Date.now(),
  kind: 'target',
  layer: 'data-plane',
  subject,
  site: 'syd',
  from: 'up',
  to: 'down',
  lastedMs: 1000,
  text: `${subject} does not answer`,
  reasons: [],
  ...over,
});

const sentOf = ({ Source, DetailType, Detail, Time, Resources }: WireEntry): BusEvent => ({
  source: Source ?? '',
  detailType: DetailType ?? '',
  detail: Detail ?? '',
  at: (Time ?? 0) * 1000,
  resources: Resources ?? [],
});

test('events go out under the instance’s names, those from before it knew itself too', async (t) => {
  const made = await rig(t, { begun: false });
  await made.apply();
  made.publishing.offer([event('early'), event('answers', { from: 'unknown', to: 'up' })]);
  made.identity.begin();
  await until('the early one', () => made.subjects().length === 1);
  made.publishing.offer([event('a'), event('routes', { kind: 'vpc', layer: 'routes', from: null, to: null })]);
  await until('all', () => made.subjects().length === 3);
  assert.deepEqual(made.subjects(), ['early', 'a', 'routes']);
  for (const entry of made.server.bus.accepted) assert.deepEqual(eventProblems(sentOf(entry)), []);
  const [first] = made.server.bus.accepted;
  const { vpc, instance } = JSON.parse(first?.Detail ?? '') as { vpc: string; instance: string };
  assert.deepEqual([vpc, instance], ['vpc-0a1b2c3d4e5f67890', 'i-0123456789abcdef0']);
  assert.deepEqual(first?.Resources, ['arn:aws:ec2:ap-southeast-2:111122223333:vpc/vpc-0a1b2c3d4e5f67890']);
  assert.deepEqual(made.publishing.conditions(), []);
  await until('all answers', () => made.publishing.view()?.accepted === 3 && made.publishing.view()?.waiting === 0);
  const view = made.publishing.view();
  assert.ok(Date.now() - (view?.lastAcceptedAt ?? 0) < PATIENCE_MS);
  assert.deepEqual(
    { ...view, lastAcceptedAt: null },
    {
      bus: 'default',
      region: 'ap-southeast-2',
      accepted: 3,
      lastAcceptedAt: null,
      waiting: 0,
      mode: 'disk',
      error: null,
    },
  );
  assert.deepEqual(made.server.problems, []);
});

test('switched off nothing is sent, and nothing of AWS is asked', async (t) => {
  const made = await rig(t);
  await made.apply('enabled: false');
  made.publishing.offer([event('a')]);
  await sleep(100);
  assert.deepEqual(made.server.calls, []);
  assert.equal(made.publishing.view(), null);
});

test('a permission that is missing: the notice names it, and the events go once it is there, a restart between', async (t) => {
  const made = await rig(t);
  made.server.denied.add('events:PutEvents');
  await made.apply();
  made.publishing.offer([event('a')]);
  made.publishing.offer([event('b')]);
  await until('a failure', () => made.publishing.conditions().length > 0);
  const [condition] = made.publishing.conditions();
  assert.equal(condition?.severity, 'error');
  assert.match(
    condition.text,
    /^No event reaches EventBridge: the role may not call events:PutEvents .*; [12] events? waits? on disk\.$/,
  );
  assert.match(condition.remedy ?? '', /"Action":"events:PutEvents"/);
  made.server.denied.clear();
  await made.nextLife();
  await until('both', () => made.subjects().length === 2);
  assert.deepEqual(made.subjects(), ['a', 'b']);
  const ids = made.server.bus.accepted.map(({ Detail = '' }) => (JSON.parse(Detail) as { id: string }).id);
  assert.equal(new Set(ids).size, 2);
});

test('another bus in the configuration: what waits goes there', async (t) => {
  const made = await rig(t);
  await made.apply('enabled: true, bus: nowhere');
  made.publishing.offer([event('a')]);
  await until('a failure', () => made.publishing.conditions().some(({ text }) => /nowhere does not exist/.test(text)));
  await made.apply();
  await until('the event', () => made.subjects().length === 1);
});

test('off EC2 without a region: said, and what happens meanwhile waits', async (t) => {
  const made = await rig(t, { ec2: false });
  await made.apply();
  made.publishing.offer([event('a')]);
  assert.deepEqual(
    made.publishing.conditions().map(({ code, remedy }) => [code, remedy]),
    [['events-nowhere', 'set publish.eventBridge.region']],
  );
  await made.apply('enabled: true, region: ap-southeast-2');
  await until('the event', () => made.subjects().length === 1);
  assert.deepEqual(made.publishing.conditions(), []);
  assert.deepEqual(made.server.bus.accepted[0]?.Resources, []);
});
