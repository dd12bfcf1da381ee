/** Events go out once, oldest first, and none is lost, however EventBridge answers. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { AwsClass, AwsFailure } from '../../agent/aws/errors.ts';
import type { BusEvent } from '../../agent/aws/event-bridge.ts';
import { EventSender, type EventSink } from '../../agent/publish/event-sender.ts';
import { EventStore } from '../../agent/publish/event-store.ts';
import { NOON } from './rig.ts';

const failure = (kind: AwsClass): AwsFailure => ({ class: kind, code: kind, status: 400, text: kind, remedy: '' });

const event = (name: string, size = 0): BusEvent => ({
  source: 'vpc-canary',
  detailType: 'VPC Canary Agent Event',
  detail: JSON.stringify({ name, pad: 'x'.repeat(size) }),
  at: NOON,
  resources: [],
});
const nameOf = ({ detail }: BusEvent): string => (JSON.parse(detail) as { name: string }).name;

type Reply = 'ok' | AwsClass | ((name: string) => AwsClass | null);

interface Rig {
  readonly sender: EventSender;
  readonly store: EventStore;
  /** Requests, by names. */
  readonly requests: string[][];
  readonly taken: string[];
  /** What the next requests get; the last goes on. */
  replies: Reply[];
  offer(...events: BusEvent[]): Promise<void>;
  /** Lets waits pass until nothing is on; gives the waits. */
  settle(most?: number): Promise<number[]>;
}

async function rig(t: TestContext): Promise<Rig> {
  const store = new EventStore({ directory: null, maxBytes: 1e6 });
  await store.open();
  const requests: string[][] = [];
  const taken: string[] = [];
  const timers: { readonly delay: number; readonly call: () => void }[] = [];
  let now = NOON;
  const sink: EventSink = {
    put: async (events) => {
      requests.push(events.map(nameOf));
      const reply = made.replies.length > 1 ? made.replies.shift() : made.replies[0];
      await new Promise((resolve) => setImmediate(resolve));
      if (typeof reply === 'string' && reply !== 'ok') return { ok: false, failure: failure(reply) };
      const outcomes = events.map((one) => {
        const kind = typeof reply === 'function' ? reply(nameOf(one)) : null;
        if (kind === null) taken.push(nameOf(one));
        return kind === null ? null : failure(kind);
      });
      return { ok: true, value: outcomes };
    },
  };
  const sender = new EventSender({
    store,
    sink,
    now: () => now,
    random: () => 1,
    after: (delay, call) => {
      const timer = { delay, call };
      timers.push(timer);
      return () => {
        const place = timers.indexOf(timer);
        if (place >= 0) timers.splice(place, 1);
      };
    },
  });
  t.after(() => store.close());
  const made: Rig = {
    sender,
    store,
    requests,
    taken,
    replies: ['ok'],
    offer: async (...events) => {
      await store.append(events);
      sender.wake();
    },
    settle: async (most = 50) => {
      const waits: number[] = [];
      for (let quiet = 0; quiet < 3; ) {
        for (let i = 0; i < 20; i += 1) await new Promise((resolve) => setImmediate(resolve));
        const timer = timers.shift();
        if (timer === undefined) quiet += 1;
        else if (waits.length >= most) {
          timers.unshift(timer);
          return waits;
        } else {
          waits.push(timer.delay);
          now += timer.delay;
          timer.call();
        }
      }
      return waits;
    },
  };
  return made;
}

const numbered = (count: number, size = 0): BusEvent[] => Array.from({ length: count }, (_, i) => event(`${i}`, size));

test('an event goes at once, alone', async (t) => {
  const { offer, settle, requests, store, sender } = await rig(t);
  await offer(event('a'));
  assert.deepEqual(await settle(), []);
  assert.deepEqual(requests, [['a']]);
  assert.equal(store.status().waiting, 0);
  assert.deepEqual([sender.status().accepted, sender.status().lastAcceptedAt], [1, NOON]);
});

test('many go ten at a time, in order, not all at once', async (t) => {
  const { offer, settle, requests, taken } = await rig(t);
  await offer(...numbered(34));
  const waits = await settle();
  assert.deepEqual(
    requests.map(({ length }) => length),
    [10, 10, 10, 4],
  );
  assert.deepEqual(taken, numbered(34).map(nameOf));
  assert.ok(waits.every((wait) => wait >= 375 && wait <= 625));
});

test('a request holds no more bytes than EventBridge takes', async (t) => {
  const { offer, settle, requests } = await rig(t);
  await offer(...numbered(6, 60_000));
  await settle();
  assert.deepEqual(
    requests.map(({ length }) => length),
    [4, 2],
  );
});

test('throttled and unreachable: waits grow to a minute, then everything goes in order', async (t) => {
  const made = await rig(t);
  made.replies = ['transient', 'throttled', 'transient', 'transient', 'transient', 'transient', 'transient', 'ok'];
  await made.offer(event('a'));
  const first = await made.settle(6);
  assert.deepEqual(first, [2000, 4000, 8000, 16_000, 32_000, 60_000]);
  await made.offer(event('b'));
  assert.equal(made.sender.status().failure?.since, NOON);
  await made.settle();
  assert.deepEqual(made.taken, ['a', 'b']);
  assert.equal(made.sender.status().failure, null);
});

test('denied: tried every five minutes, nothing dropped', async (t) => {
  const made = await rig(t);
  made.replies = ['denied', 'denied', 'ok'];
  await made.offer(event('a'));
  assert.deepEqual(await made.settle(), [300_000, 300_000]);
  assert.deepEqual(made.taken, ['a']);
});

test('a bus that is not there refuses all; nothing is dropped for it', async (t) => {
  const made = await rig(t);
  made.replies = ['invalid', 'ok'];
  await made.offer(...numbered(3));
  await made.settle();
  assert.deepEqual(made.taken, ['0', '1', '2']);
  assert.equal(made.sender.status().refused.count, 0);
});

test('of a request that was taken in part, the rest goes again and nothing twice', async (t) => {
  const made = await rig(t);
  made.replies = [(name) => (name === '1' || name === '3' ? 'transient' : null), 'ok'];
  await made.offer(...numbered(5));
  await made.settle();
  assert.deepEqual(made.requests, [
    ['0', '1', '2', '3', '4'],
    ['1', '3'],
  ]);
  assert.deepEqual(made.taken, ['0', '2', '4', '1', '3']);
});

test('one that EventBridge will never take is set aside, counted, and holds nothing up', async (t) => {
  const made = await rig(t);
  made.replies = [(name) => (name === '1' ? 'invalid' : null)];
  await made.offer(...numbered(3));
  await made.settle();
  assert.deepEqual(made.taken, ['0', '2']);
  assert.deepEqual(made.sender.status().refused, { count: 1, text: 'invalid' });
  assert.equal(made.store.status().waiting, 0);
});

test('too large: halved, until the one is found that is', async (t) => {
  const made = await rig(t);
  made.replies = ['too-large', 'too-large', 'too-large', 'ok'];
  await made.offer(...numbered(4));
  await made.settle();
  assert.deepEqual(
    made.requests.slice(0, 3).map(({ length }) => length),
    [4, 2, 1],
  );
  assert.equal(made.sender.status().refused.count, 1);
  assert.deepEqual(made.taken, ['1', '2', '3']);
});

test('stopped: what was under way counts, nothing more begins', async (t) => {
  const made = await rig(t);
  await made.offer(...numbered(20));
  await made.sender.stop();
  assert.equal(made.requests.length, 1);
  assert.equal(made.store.status().waiting, 10);
});
