/** The sender with the real spool and the real SDK against a CloudWatch that misbehaves; only time is the test's. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { setImmediate as immediate, setTimeout as sleep } from 'node:timers/promises';
import { CloudWatch, type PutResult } from '../../agent/aws/cloudwatch.ts';
import type { AwsFailure } from '../../agent/aws/errors.ts';
import type { BatchDatum } from '../../agent/publish/batch.ts';
import { fractionOf, Sender } from '../../agent/publish/sender.ts';
import type { Spool } from '../../agent/publish/spool.ts';
import {
  type Behaviour,
  ENVIRONMENT,
  FakeCloudWatch,
  type FakeCloudWatchOptions,
  REGION,
} from '../fakes/aws/cloudwatch.ts';
import type { WireDatum } from '../fakes/aws/metric-rules.ts';
import { seeded } from '../fakes/random.ts';
import { MINUTE, NOON, openSpool, periodData, temporaryDirectory } from './rig.ts';

/** Time that passes when the test says so; requests take real time and none of it. */
class Time {
  now = NOON;
  #timers: { at: number; callback: () => void }[] = [];

  after = (delayMs: number, callback: () => void): (() => void) => {
    const timer = { at: this.now + delayMs, callback };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  };

  /** @param idle resolves when nothing is under way */
  async pass(ms: number, idle: () => Promise<void>): Promise<void> {
    const end = this.now + ms;
    for (;;) {
      await idle();
      const next = this.#timers.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
      if (next === undefined) break;
      this.#timers = this.#timers.filter((other) => other !== next);
      this.now = Math.max(this.now, next.at);
      next.callback();
    }
    this.now = end;
  }
}

const UNREACHABLE: AwsFailure = {
  class: 'transient',
  code: 'EHOSTUNREACH',
  status: null,
  text: 'nobody can be reached',
  remedy: 'wait',
};

class Rig {
  readonly time = new Time();
  readonly server: FakeCloudWatch;
  readonly spool: Spool;
  readonly directory: string;
  sender: Sender;
  client: CloudWatch;
  dropped = 0;
  /** No network: only one attempt in twenty is really made, which a long outage shortens. */
  offline = false;
  #attempts = 0;
  #busy = 0;
  readonly #endpoint: string;

  private constructor(server: FakeCloudWatch, endpoint: string, directory: string) {
    this.server = server;
    this.#endpoint = endpoint;
    this.directory = directory;
    this.spool = openSpool(directory, { now: () => this.time.now });
    const { oldest } = this.spool;
    this.spool.oldest = async (...args) => {
      this.#busy += 1;
      return oldest.apply(this.spool, args).finally(() => (this.#busy -= 1));
    };
    [this.sender, this.client] = this.#make();
  }

  static async make(t: TestContext, options: FakeCloudWatchOptions = {}): Promise<Rig> {
    let rig: Rig | null = null;
    const server = new FakeCloudWatch({ dataNow: () => rig?.time.now ?? NOON, ...options });
    rig = new Rig(server, await server.listen(), temporaryDirectory(t));
    t.after(async () => {
      void rig?.sender.stop();
      rig?.client.close();
      await server.close();
    });
    return rig;
  }

  #make(): [Sender, CloudWatch] {
    const options = { region: REGION, endpoint: this.#endpoint, fips: false, proxy: null, certificates: null };
    // an answer that does not come is given up soon, for this time is real
    const client = new CloudWatch({ ...options, environment: ENVIRONMENT, imds: null, answerMs: 500 }, 'VpcCanary');
    const sink = {
      put: async (...args: Parameters<CloudWatch['put']>) => {
        this.#attempts += 1;
        if (this.offline && this.#attempts % 20 !== 0) return { ok: false, failure: UNREACHABLE } as const;
        this.#busy += 1;
        return client.put(...args).finally(() => (this.#busy -= 1));
      },
      dropCredentials: () => (this.dropped += 1),
    };
    const sender = new Sender({
      spool: this.spool,
      sink,
      periodMs: MINUTE,
      instance: 'i-0123456789abcdef0',
      now: () => this.time.now,
      random: seeded(5),
      after: this.time.after,
    });
    return [sender, client];
  }

  of(name: string): WireDatum[] {
    return this.server.accepted.filter(({ MetricName }) => MetricName === name);
  }

  /** Lets a request get as far as the server. */
  async begin(): Promise<void> {
    const { length } = this.server.requests;
    await this.time.pass(MINUTE / 3, async () => undefined);
    while (this.server.requests.length === length) await sleep(5);
  }

  pass(ms: number): Promise<void> {
    return this.time.pass(ms, async () => {
      for (let quiet = 0; quiet < 3; quiet = this.#busy === 0 ? quiet + 1 : 0) await immediate();
    });
  }

  /** A minute of the agent: it passes, then its period is closed. */
  async minute(seed: number, targets = 3): Promise<void> {
    const at = this.time.now;
    await this.pass(MINUTE);
    this.sender.offer(await this.spool.append(at, periodData(seed, targets)));
  }
}

const seriesOf = ({ MetricName, Dimensions = [] }: WireDatum): string =>
  `${MetricName} ${Dimensions.map(({ Value }) => Value).join('/')}`;

/** What came of `minutes` periods: each datum exactly once, with its own time. */
function assertWhole(accepted: readonly WireDatum[], minutes: number, targets = 3): void {
  const wanted = new Map<string, string>();
  for (let i = 0; i < minutes; i += 1) {
    for (const { name, dimensions, values } of periodData(i, targets)) {
      const key = `${name} ${dimensions.map(([, value]) => value).join('/')} ${NOON / 1000 + i * 60}`;
      wanted.set(key, JSON.stringify([values.map(([value]) => value), values.map(([, count]) => count)]));
    }
  }
  const found = new Map<string, string>();
  for (const datum of accepted) {
    const key = `${seriesOf(datum)} ${datum.Timestamp}`;
    assert.ok(!found.has(key), `${key} twice`);
    found.set(key, JSON.stringify([datum.Values, datum.Counts]));
  }
  assert.equal(found.size, wanted.size);
  for (const [key, value] of wanted) assert.equal(found.get(key), value, key);
}

test('fresh data go out within a third of the period, once', async (t) => {
  const rig = await Rig.make(t);
  for (let i = 0; i < 3; i += 1) await rig.minute(i);
  await rig.pass(20_000);
  assertWhole(rig.server.accepted, 3);
  assert.equal(rig.spool.status().waiting, 0);
  const { deliveryMs, failure, lastAcceptedAt } = rig.sender.status();
  assert.equal(failure, null);
  assert.ok(deliveryMs !== null && deliveryMs >= 0 && deliveryMs < 20_000);
  assert.equal(lastAcceptedAt, NOON + 3 * MINUTE + deliveryMs);
  const moment = (MINUTE / 3) * fractionOf('i-0123456789abcdef0');
  assert.ok(Math.abs(deliveryMs - moment) < 1, 'at this instance’s moment');
});

/** When a sender tries, in seconds after the first time, with one period waiting and everything refused. */
async function attempts(kind: AwsFailure['class'], random: number, forMs: number): Promise<number[]> {
  const time = new Time();
  const spool = openSpool(null, { now: () => time.now });
  const tried: number[] = [];
  const sender = new Sender({
    spool,
    sink: {
      put: async () => {
        tried.push(time.now);
        return { ok: false, failure: { ...UNREACHABLE, class: kind } };
      },
      dropCredentials: () => undefined,
    },
    periodMs: MINUTE,
    instance: 'i-1',
    now: () => time.now,
    random: () => random,
    after: time.after,
  });
  sender.offer(await spool.append(NOON - MINUTE, periodData(0)));
  await time.pass(forMs, async () => void (await immediate()));
  const [first = 0] = tried;
  return tried.map((at) => Math.round((at - first) / 1000));
}

test('a failure is waited out, twice as long each time, up to a minute; five where only a person can help', async () => {
  assert.deepEqual(await attempts('transient', 1, 5 * MINUTE), [0, 2, 6, 14, 30, 62, 122, 182, 242]);
  assert.deepEqual(await attempts('throttled', 1, 2 * MINUTE), [0, 2, 6, 14, 30, 62]);
  assert.deepEqual(await attempts('denied', 1, 16 * MINUTE), [0, 300, 600, 900]);
});

test('with full jitter: anything from nothing to that long', async () => {
  assert.deepEqual(await attempts('throttled', 0.5, MINUTE), [0, 1, 3, 7, 15, 31]);
  assert.deepEqual(await attempts('denied', 0.1, 2 * MINUTE), [0, 30, 60, 90]);
});

test('what waited goes at once, fresh data at their moment still', async (t) => {
  const rig = await Rig.make(t);
  for (let i = 0; i < 3; i += 1) await rig.spool.append(NOON - (5 - i) * MINUTE, periodData(i));
  rig.sender.resume();
  rig.sender.offer(await rig.spool.append(NOON - MINUTE, periodData(4)));
  await rig.pass(1);
  const times = (): number[] => rig.of('Heartbeat').map(({ Timestamp }) => Timestamp - NOON / 1000);
  assert.deepEqual(times(), [-300, -240, -180]);
  await rig.pass(MINUTE / 3);
  assert.deepEqual(times(), [-300, -240, -180, -60]);
});

test('instances are spread evenly over the time there is', () => {
  const bins = new Array<number>(10).fill(0);
  for (let i = 0; i < 1000; i += 1)
    bins[Math.floor(fractionOf(`i-0${(i * 7919).toString(16).padStart(16, '0')}`) * 10)]! += 1;
  assert.ok(Math.min(...bins) > 60 && Math.max(...bins) < 145, bins.join(' '));
  assert.equal(fractionOf('i-1'), fractionOf('i-1'));
});

test('24 hours without CloudWatch, then everything, oldest first, fresh data at once, to equality', async (t) => {
  const rig = await Rig.make(t, { behave: () => 'internal' });
  const minutes = 24 * 60;
  rig.offline = true;
  for (let i = 0; i < minutes; i += 1) await rig.minute(i);
  rig.offline = false;
  assert.equal(rig.spool.status().waiting, minutes);
  assert.equal(rig.server.accepted.length, 0);
  assert.ok(rig.server.requests.length < 2.5 * minutes, `${rig.server.requests.length} attempts`);
  assert.equal(rig.sender.status().failure?.failure.class, 'transient');
  const since = (rig.sender.status().failure?.since ?? 0) - NOON;
  assert.ok(since >= MINUTE && since < MINUTE + 20_000, 'since the first that failed');

  rig.server.behave = () => 'ok';
  const before = rig.server.requests.length;
  await rig.minute(minutes);
  await rig.minute(minutes + 1);
  for (let i = 2; i < 30; i += 1) await rig.minute(minutes + i);
  await rig.pass(MINUTE);
  assertWhole(rig.server.accepted, minutes + 30);
  assert.equal(rig.spool.status().waiting, 0);
  const old = rig.server.accepted.filter(({ Timestamp: at }) => at < NOON / 1000 + (minutes - 2) * 60);
  const times = old.map(({ Timestamp: at }) => at);
  assert.deepEqual(
    times,
    times.toSorted((a, b) => a - b),
    'oldest first',
  );
  const requests = rig.server.requests.length - before;
  assert.ok(requests < 120, `${requests} requests for ${minutes} periods`);
  assert.equal(rig.sender.status().failure, null);
});

test('every kind of trouble on the way, and each datum arrives once', async (t) => {
  const random = seeded(3);
  const kinds: Behaviour[] = ['throttle', 'internal', 'html', 'cut', 'expired', 'denied', 'hang', 'late'];
  const behave = (): Behaviour => (random() < 0.5 ? 'ok' : kinds[Math.floor(random() * kinds.length)]!);
  const rig = await Rig.make(t, { behave, lateMs: 20 });
  for (let i = 0; i < 60; i += 1) await rig.minute(i);
  rig.server.behave = () => 'ok';
  await rig.pass(30 * MINUTE);
  assertWhole(rig.server.accepted, 60);
  assert.ok(rig.dropped > 0, 'credentials were dropped');
  assert.deepEqual(rig.server.problems, []);
});

test('a clock that AWS does not share costs one request, and each datum arrives once, with its own time', async (t) => {
  const rig = await Rig.make(t, { now: () => Date.now() - 3_600_000 });
  for (let i = 0; i < 4; i += 1) await rig.minute(i);
  await rig.pass(MINUTE);
  assertWhole(rig.server.accepted, 4);
  assert.deepEqual(rig.server.problems, ['signature: time']);
  assert.equal(rig.dropped, 0);
});

test('the answer that comes while the sender ends is taken', async (t) => {
  const rig = await Rig.make(t, { behave: () => 'late', lateMs: 50 });
  rig.sender.offer(await rig.spool.append(NOON - MINUTE, periodData(0)));
  await rig.begin();
  await rig.sender.stop();
  assert.equal(rig.spool.status().waiting, 0, 'what was accepted is noted');
});

test('a request that is not answered is given up at the end, and only then', async () => {
  const time = new Time();
  const spool = openSpool(null, { now: () => time.now });
  const begun = Promise.withResolvers<AbortSignal>();
  const sink = {
    put: (_: unknown, signal: AbortSignal) => {
      begun.resolve(signal);
      return new Promise<PutResult>((resolve) => {
        signal.addEventListener('abort', () => resolve({ ok: false, failure: UNREACHABLE }));
      });
    },
    dropCredentials: () => undefined,
  };
  const { now, after } = { now: () => time.now, after: time.after };
  const sender = new Sender({ spool, sink, periodMs: MINUTE, instance: 'i-1', now, random: () => 1, after });
  sender.offer(await spool.append(NOON - MINUTE, periodData(0)));
  await time.pass(MINUTE / 3, async () => undefined);
  const signal = await begun.promise;
  const stopped = sender.stop();
  await time.pass(299, async () => undefined);
  assert.equal(signal.aborted, false);
  await time.pass(1, async () => undefined);
  await stopped;
  assert.equal(spool.status().waiting, 1);
});

test('a lost answer is what sends data twice, and nothing else is', async (t) => {
  const rig = await Rig.make(t, { behave: (request) => (request === 1 ? 'lost-answer' : 'ok') });
  for (let i = 0; i < 4; i += 1) await rig.minute(i);
  await rig.pass(5 * MINUTE);
  const times = rig.server.accepted
    .filter(({ MetricName }) => MetricName === 'Heartbeat')
    .map(({ Timestamp }) => (Timestamp - NOON / 1000) / 60);
  assert.deepEqual(
    times.toSorted((a, b) => a - b),
    [0, 1, 1, 2, 3],
  );
});

test('a datum that is never taken is found, named and set aside; all others arrive', async (t) => {
  const refuse = (datum: WireDatum): boolean => seriesOf(datum) === 'PacketLoss vpc-0a1b2c3d4e5f67890/site-1/target-4';
  const rig = await Rig.make(t, { refuse });
  for (let i = 0; i < 3; i += 1) await rig.minute(i, 40);
  await rig.pass(MINUTE);
  const { refused, failure } = rig.sender.status();
  assert.equal(failure, null);
  assert.deepEqual(
    refused.map(({ series }) => series),
    ['PacketLoss VpcId=vpc-0a1b2c3d4e5f67890 Site=site-1 Target=target-4'],
  );
  assert.equal(rig.server.accepted.length, 3 * 80);
  assert.equal(rig.spool.status().waiting, 0);
  assert.ok(rig.server.requests.length < 25, 'found by halving, and only once');
});

test('a series set aside is tried again after an hour, for the cause may be gone', async (t) => {
  let bad = true;
  const refuse = ({ MetricName }: WireDatum): boolean => bad && MetricName === 'PacketLoss';
  const rig = await Rig.make(t, { refuse });
  await rig.minute(0, 1);
  await rig.pass(MINUTE);
  assert.equal(rig.sender.status().refused.length, 1);
  bad = false;
  await rig.pass(57 * MINUTE);
  await rig.minute(1, 1);
  await rig.pass(MINUTE / 3);
  assert.equal(rig.of('PacketLoss').length, 0, 'not before');
  await rig.pass(2 * MINUTE);
  await rig.minute(2, 1);
  await rig.pass(MINUTE / 3);
  assert.equal(rig.of('PacketLoss').length, 1);
  assert.deepEqual(rig.sender.status().refused, []);
});

test('when everything is refused, nothing is thrown away', async (t) => {
  let bad = true;
  const rig = await Rig.make(t, { refuse: () => bad });
  await rig.minute(0, 20);
  await rig.pass(2 * MINUTE);
  assert.equal(rig.sender.status().failure?.failure.class, 'invalid');
  assert.deepEqual(rig.sender.status().refused, []);
  assert.equal(rig.spool.status().waiting, 1);
  bad = false;
  await rig.pass(6 * MINUTE);
  assertWhole(rig.server.accepted, 1, 20);
});

test('a request that is too large is halved', async (t) => {
  const rig = await Rig.make(t, { behave: (_, { MetricData }) => (MetricData.length > 30 ? 'too-large' : 'ok') });
  await rig.minute(0, 50);
  await rig.pass(MINUTE);
  assertWhole(rig.server.accepted, 1, 50);
});

test('half of a batch that went is not sent again with the other half', async (t) => {
  let requests = 0;
  const rig = await Rig.make(t, {
    behave: (_, { MetricData }) => {
      if (MetricData.length > 60) return 'too-large';
      requests += 1;
      return requests === 2 ? 'internal' : 'ok';
    },
  });
  await rig.minute(0, 50);
  await rig.pass(5 * MINUTE);
  assertWhole(rig.server.accepted, 1, 50);
});

test('thousands of data go in requests within the limits', async (t) => {
  const rig = await Rig.make(t);
  await rig.minute(0, 900);
  await rig.pass(MINUTE);
  assertWhole(rig.server.accepted, 1, 900);
  assert.ok(rig.server.requests.length >= 2);
  assert.ok(rig.server.requests.every(({ data, bytes }) => data <= 1000 && bytes <= 1_000_000));
  assert.deepEqual(rig.server.problems, []);
});

test('a clock set back by more than a period: what is due goes, and nobody turns in circles', async () => {
  const time = new Time();
  const spool = openSpool(null, { now: () => time.now });
  const sent: number[] = [];
  let turns = 0;
  const sender = new Sender({
    spool,
    sink: {
      put: async (data) => {
        sent.push(...data.filter(({ name }) => name === 'Heartbeat').map(({ at }) => (at - NOON) / MINUTE));
        return { ok: true };
      },
      dropCredentials: () => undefined,
    },
    periodMs: MINUTE,
    instance: 'i-1',
    now: () => time.now,
    random: () => 1,
    after: (ms, callback) => {
      turns += 1;
      assert.ok(turns < 100, 'in circles');
      return time.after(ms, callback);
    },
  });
  sender.offer(await spool.append(NOON - MINUTE, periodData(0)));
  time.now -= 1.5 * MINUTE;
  sender.offer(await spool.append(NOON - 3 * MINUTE, periodData(1)));
  await time.pass(1, async () => void (await immediate()));
  assert.deepEqual(sent, [-3]);
  await time.pass(2 * MINUTE, async () => void (await immediate()));
  assert.deepEqual(sent, [-3, -1]);
});

test('a request stays under a megabyte, however large its data are', async (t) => {
  const rig = await Rig.make(t);
  const values = Array.from({ length: 150 }, (_, i) => [Number((10 + i / 7).toPrecision(15)), 1] as const);
  const data = Array.from({ length: 900 }, (_, i) => {
    const dimensions = [
      ['VpcId', 'vpc-1'],
      ['Target', `t${i}`],
    ] as const;
    return { name: 'RoundTripTime', unit: 'Milliseconds', dimensions, values, resolution: 60 } as const;
  });
  rig.sender.offer(await rig.spool.append(NOON - MINUTE, data));
  await rig.pass(MINUTE);
  assert.equal(rig.server.accepted.length, 900);
  assert.deepEqual(rig.server.problems, []);
  assert.ok(rig.server.requests.length >= 3);
});

test('what CloudWatch would refuse a whole request for never leaves, and is named', async (t) => {
  const rig = await Rig.make(t);
  const pairs = (count: number) => Array.from({ length: count }, (_, i) => [i + 1, 1] as const);
  const dimensions = (count: number) => Array.from({ length: count }, (_, i) => [`d${i}`, 'x'] as const);
  const one = (name: string, over: Partial<BatchDatum> = {}): BatchDatum => {
    return { name, unit: 'Count', dimensions: dimensions(1), values: [[1, 1]], resolution: 60, ...over };
  };
  const bad = [
    one('NaN', { values: [[Number.NaN, 1]] }),
    one('Infinite', { values: [[Number.POSITIVE_INFINITY, 1]] }),
    one('Huge', { values: [[2 ** 361, 1]] }),
    one('Empty', { values: [] }),
    one('ManyValues', { values: pairs(151) }),
    one('ManyDimensions', { dimensions: dimensions(31) }),
  ];
  const good = [
    one('Good'),
    one('MostValues', { values: pairs(150) }),
    one('MostDimensions', { dimensions: dimensions(30) }),
  ];
  rig.sender.offer(await rig.spool.append(NOON - MINUTE, [...bad, ...good]));
  await rig.pass(MINUTE);
  assert.deepEqual(
    rig.server.accepted.map(({ MetricName }) => MetricName),
    good.map(({ name }) => name),
  );
  assert.equal(rig.server.requests.length, 1);
  assert.deepEqual(
    rig.sender.status().refused.map(({ series }) => series.split(' ')[0]),
    bad.map(({ name }) => name),
  );
  assert.equal(rig.spool.status().waiting, 0);
});

test('a clock set ahead by a day, and back: data out of reach are counted, the rest goes', async (t) => {
  const rig = await Rig.make(t, { dataNow: () => NOON });
  rig.sender.offer(await rig.spool.append(NOON - MINUTE, periodData(0)));
  rig.sender.offer(await rig.spool.append(NOON + 86_400_000, periodData(1)));
  rig.sender.offer(await rig.spool.append(NOON - 14 * 86_400_000, periodData(2)));
  await rig.pass(5 * MINUTE);
  assert.equal(rig.server.accepted.length, 7);
  assert.deepEqual(rig.server.problems, [], 'they are not tried');
  assert.equal(rig.spool.status().expired, 2);
  assert.equal(rig.spool.status().waiting, 0);
});
