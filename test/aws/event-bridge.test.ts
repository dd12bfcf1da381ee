/** EventBridge and SQS through the real SDK. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { AwsOptions } from '../../agent/aws/connection.ts';
import { type BusEvent, EventBridge, sizeOf } from '../../agent/aws/event-bridge.ts';
import { Queue } from '../../agent/aws/queue.ts';
import { ENVIRONMENT, REGION } from '../fakes/aws/cloudwatch.ts';
import { QUEUE_PATH } from '../fakes/aws/message-queue.ts';
import { FakeAws, QUEUE_REGION } from '../fakes/aws/services.ts';
import { emptyWorld } from '../fakes/aws/world.ts';
import { failureOf, given, soon } from './vpc-rig.ts';

const AT = Date.parse('2026-11-28T09:30:00.250Z');

const event = (over: Partial<BusEvent> = {}): BusEvent => ({
  source: 'vpc-canary',
  detailType: 'VPC Canary Site State Change',
  detail: JSON.stringify({ id: '1' }),
  at: AT,
  resources: ['arn:aws:ec2:ap-southeast-2:111122223333:vpc/vpc-1'],
  ...over,
});

async function rig(
  t: TestContext,
  bus = 'default',
  path: string = QUEUE_PATH,
): Promise<{ server: FakeAws; bridge: EventBridge; queue: Queue }> {
  const server = new FakeAws(emptyWorld());
  server.queue.pace = 0.01;
  const endpoint = await server.listen();
  const fixed = { fips: false, proxy: null, certificates: null, imds: null, environment: ENVIRONMENT };
  const options: AwsOptions = { ...fixed, region: REGION, endpoint };
  const bridge = new EventBridge(options, bus);
  const queue = new Queue({ ...options, region: QUEUE_REGION }, `https://sqs.us-west-2.amazonaws.com${path}`);
  t.after(async () => {
    bridge.close();
    queue.close();
    await server.close();
  });
  return { server, bridge, queue };
}

test('events arrive whole on their bus, with their own time', async (t) => {
  const { server, bridge } = await rig(t);
  assert.deepEqual(given(await bridge.put([event(), event({ resources: [] })], soon())), [null, null]);
  assert.deepEqual(server.bus.accepted[0], {
    EventBusName: 'default',
    Source: 'vpc-canary',
    DetailType: 'VPC Canary Site State Change',
    Detail: '{"id":"1"}',
    Time: AT / 1000,
    Resources: ['arn:aws:ec2:ap-southeast-2:111122223333:vpc/vpc-1'],
  });
  assert.deepEqual(server.problems, []);
});

test('every entry has its own outcome', async (t) => {
  const { server, bridge } = await rig(t);
  const codes = [null, 'ThrottlingException', 'InternalFailure', 'AccessDeniedException', 'InvalidArgument'];
  server.bus.refuse = ({ Detail = '' }) => codes[Number((JSON.parse(Detail) as { id: string }).id)] ?? null;
  const events = codes.map((_, i) => event({ detail: JSON.stringify({ id: String(i) }) }));
  const outcomes = given(await bridge.put([...events, event({ detail: 'none' })], soon()));
  assert.deepEqual(
    outcomes.map((failure) => failure?.class ?? null),
    [null, 'throttled', 'transient', 'denied', 'invalid', 'invalid'],
  );
  assert.match(
    outcomes[3]?.remedy ?? '',
    /"Action":"events:PutEvents","Resource":"arn:aws:events:ap-southeast-2:\*:event-bus\/default"/,
  );
  assert.equal(server.bus.accepted.length, 1);
});

test('denied and throttled as a whole; a bus that is none', async (t) => {
  const { server, bridge } = await rig(t, 'arn:aws:events:ap-southeast-2:444455556666:event-bus/nets');
  server.denied.add('events:PutEvents');
  assert.match(
    failureOf(await bridge.put([event()], soon())).remedy,
    /"Resource":"arn:aws:events:ap-southeast-2:444455556666:event-bus\/nets"/,
  );
  server.denied.clear();
  server.throttled.add('*');
  assert.equal(failureOf(await bridge.put([event()], soon())).class, 'throttled');
  server.throttled.clear();
  const failure = failureOf(await bridge.put([event()], soon()));
  assert.equal(failure.class, 'invalid');
  assert.match(failure.text, /ResourceNotFound.*does not exist/);
});

test('the size of an event is counted as EventBridge counts it', () => {
  const { length } =
    'vpc-canaryVPC Canary Site State Change{"id":"1"}arn:aws:ec2:ap-southeast-2:111122223333:vpc/vpc-1';
  assert.equal(sizeOf(event()), 14 + length);
  assert.equal(sizeOf(event({ detail: '"é"' })) - sizeOf(event({ detail: '"e"' })), 1);
});

test('messages are received by a long poll, and removed', async (t) => {
  const { server, queue } = await rig(t);
  server.queue.pace = 1;
  const receiving = queue.receive(soon());
  setTimeout(() => server.queue.send('{"a":"é"}', AT), 50);
  const messages = given(await receiving);
  assert.deepEqual(
    messages.map(({ body, sentAt }) => [body, sentAt]),
    [['{"a":"é"}', AT]],
  );
  assert.equal(given(await queue.remove(messages, soon())), 0);
  assert.deepEqual(server.queue.messages, []);
  assert.equal(given(await queue.remove(messages, soon())), 1, 'a receipt that is none');
  server.queue.pace = 0.001;
  assert.deepEqual(given(await queue.receive(soon())), []);
  assert.deepEqual(server.problems, []);
});

test('what is not removed comes again', async (t) => {
  const { server, queue } = await rig(t);
  server.queue.visibilityMs = 0;
  server.queue.send('{}');
  const [first] = given(await queue.receive(soon()));
  const [again] = given(await queue.receive(soon()));
  assert.equal(again?.id, first?.id);
});

test('the queue’s failures: permissions named by queue, a queue that is none', async (t) => {
  const { server, queue } = await rig(t);
  const resource = '"Resource":"arn:aws:sqs:us-west-2:111122223333:vpc-canary-network-manager"';
  for (const action of ['sqs:ReceiveMessage', 'sqs:DeleteMessage'] as const) {
    server.denied.add(action);
    const message = { id: '1', receipt: '1', body: '', sentAt: null };
    const told = action === 'sqs:ReceiveMessage' ? await queue.receive(soon()) : await queue.remove([message], soon());
    const failure = failureOf(told);
    assert.equal(failure.class, 'denied');
    assert.ok(failure.remedy.includes(`"Action":"${action}",${resource}`), failure.remedy);
  }
  const nowhere = await rig(t, 'default', '/111122223333/another');
  const none = failureOf(await nowhere.queue.receive(soon()));
  assert.equal(none.class, 'invalid');
  assert.match(none.text, /queue does not exist/);
});
