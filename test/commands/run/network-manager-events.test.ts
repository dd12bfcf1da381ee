/** AWS's own events as the agent joins them: the real SDK against a queue on loopback. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { NetworkManagerEvents } from '../../../agent/commands/run/network-manager-events.ts';
import { loadConfig } from '../../../agent/config/load.ts';
import type { CanaryEvent } from '../../../agent/verdict/snapshot.ts';
import { ENVIRONMENT } from '../../fakes/aws/cloudwatch.ts';
import { QUEUE_PATH } from '../../fakes/aws/message-queue.ts';
import { IPSEC_DOWN, MAINTENANCE } from '../../fakes/aws/network-events.ts';
import { FakeAws } from '../../fakes/aws/services.ts';
import { emptyWorld } from '../../fakes/aws/world.ts';

const AT = Date.parse(IPSEC_DOWN.time);

interface Rig {
  readonly server: FakeAws;
  readonly told: Omit<CanaryEvent, 'id'>[];
  readonly recent: CanaryEvent[];
  readonly log: string[];
  readonly events: NetworkManagerEvents;
  gateways: ReadonlySet<string> | null;
  apply(networkManager: string): Promise<void>;
}

async function rig(t: TestContext): Promise<Rig> {
  const server = new FakeAws(emptyWorld());
  const endpoint = await server.listen();
  const folder = mkdtempSync(join(tmpdir(), 'vpc-canary-queue-'));
  Object.assign(process.env, ENVIRONMENT);
  const log: string[] = [];
  const say = (...words: unknown[]): void => void log.push(words.map(String).join(' '));
  const [told, recent]: [Omit<CanaryEvent, 'id'>[], CanaryEvent[]] = [[], []];
  const events = new NetworkManagerEvents({
    identity: { imds: null, settled: true },
    log: { info: say, warn: say },
    tell: (event) => told.push(event),
    recent: () => recent,
    transitGateways: () => made.gateways,
  });
  const made: Rig = {
    server,
    told,
    recent,
    log,
    events,
    gateways: null,
    apply: async (networkManager) => {
      const file = join(folder, 'config.yaml');
      writeFileSync(file, `vpc: { networkManager: { endpoint: "${endpoint}", ${networkManager} } }\n`);
      const loaded = await loadConfig({ file, environment: {} });
      if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
      await events.apply(loaded.config);
    },
  };
  t.after(async () => {
    await events.close();
    await server.close();
    rmSync(folder, { recursive: true, force: true });
  });
  return made;
}

const QUEUE = `queue: "https://sqs.us-west-2.amazonaws.com${QUEUE_PATH}"`;

async function until(what: string, holds: () => boolean): Promise<void> {
  for (const end = Date.now() + 20_000; Date.now() < end; await sleep(20)) if (holds()) return;
  assert.fail(`not seen: ${what}`);
}

const dataPlane = (at: number): CanaryEvent => ({
  id: 1,
  at,
  kind: 'site',
  layer: 'data-plane',
  subject: 'syd',
  site: 'syd',
  from: 'up',
  to: 'down',
  lastedMs: null,
  text: 'syd is unreachable',
  reasons: [],
});

test('an event of the queue is told with its lag, and removed; one that comes twice is told once', async (t) => {
  const made = await rig(t);
  made.recent.push(dataPlane(AT - 4000));
  await made.apply(QUEUE);
  made.server.queue.send(JSON.stringify(IPSEC_DOWN), AT + 70_000);
  made.server.queue.send(JSON.stringify(IPSEC_DOWN), AT + 71_000);
  made.server.queue.send('no json', AT);
  await until('both', () => made.told.length === 2 && made.server.queue.messages.length === 0);
  assert.deepEqual(
    made.told.map(({ text }) => text),
    [
      "IPsec of vpn-1 (35.84.102.207) went down: told 1 min 14 s after the data plane's change",
      'an event of AWS that cannot be read: no json',
    ],
  );
  assert.deepEqual(made.events.conditions(), []);
  assert.deepEqual(made.server.problems, []);
});

test('what an earlier life had shown is removed and not shown again', async (t) => {
  const made = await rig(t);
  const text = "IPsec of vpn-1 (35.84.102.207) went down: told 9.0 s after the data plane's change";
  made.recent.push({ ...dataPlane(AT), kind: 'aws', layer: 'bgp-tunnels', text });
  made.server.queue.send(JSON.stringify(IPSEC_DOWN), AT);
  await made.apply(QUEUE);
  await until('the queue is empty', () => made.server.queue.messages.length === 0);
  assert.deepEqual(made.told, []);
});

test('events of transit gateways that the VPC does not hang on are none of its own', async (t) => {
  const made = await rig(t);
  made.gateways = new Set(['tgw-2']);
  made.server.queue.send(JSON.stringify(IPSEC_DOWN), AT);
  made.server.queue.send(JSON.stringify(MAINTENANCE), AT);
  await made.apply(QUEUE);
  await until('the queue is empty', () => made.server.queue.messages.length === 0);
  assert.deepEqual(
    made.told.map(({ subject }) => subject),
    ['dxvif-ffaaaaaa'],
  );
});

test('a permission that is missing is named; without a queue nothing is asked', async (t) => {
  const made = await rig(t);
  await made.apply('region: us-west-2');
  await sleep(50);
  assert.deepEqual(made.server.calls, []);
  made.server.denied.add('sqs:ReceiveMessage');
  await made.apply(QUEUE);
  await until('the condition', () => made.events.conditions().length > 0);
  const [condition] = made.events.conditions();
  assert.match(condition?.text ?? '', /may not call sqs:ReceiveMessage/);
  assert.match(condition?.remedy ?? '', /"Resource":"arn:aws:sqs:us-west-2:111122223333:vpc-canary-network-manager"/);
  assert.equal(made.log.filter((line) => /cannot be received/.test(line)).length, 1);
  await made.apply('region: us-west-2');
  assert.deepEqual(made.events.conditions(), []);
});

test('a failed removal is told, and the messages come again', async (t) => {
  const made = await rig(t);
  made.server.queue.visibilityMs = 0;
  made.server.denied.add('sqs:DeleteMessage');
  made.server.queue.send(JSON.stringify(IPSEC_DOWN), AT);
  await made.apply(QUEUE);
  await until('the condition', () => made.events.conditions().length > 0);
  assert.equal(made.told.length, 1);
  assert.equal(made.server.queue.messages.length, 1);
});
