import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Note, Outcome, Singleton } from '../../agent/measure/singleton.ts';
import type { TcpTarget } from '../../agent/measure/target.ts';
import type { AddressSource, KnownAddress } from '../../agent/probe/address-source.ts';
import { type Exchange, type Method, Rounds } from '../../agent/probe/rounds.ts';
import { fixedAddresses } from '../fakes/addresses.ts';
import { FakeClock } from '../fakes/clock.ts';
import { tcpTarget } from '../fakes/targets.ts';

const REPLY: Outcome = { kind: 'reply', rttMs: 10, timing: 'kernel', errorBarMs: 0.1, replyTtl: null };

/** An exchange the test decides about. */
class FakeExchange implements Exchange {
  outcome: Outcome | null = null;
  lateRttMs: number | null = null;
  expired = false;
  closed = false;
  done = true;

  poll(): Outcome | null {
    return this.outcome;
  }
  expire(): Outcome {
    this.expired = true;
    return { kind: 'lost' };
  }
  wind(note: (kind: Note['kind'], rttMs: number | null) => void): boolean {
    if (this.lateRttMs !== null) note('late', this.lateRttMs);
    this.lateRttMs = null;
    return this.done;
  }
  close(): void {
    this.closed = true;
  }
}

function make(timing: 'kernel' | 'user' = 'kernel', addresses: AddressSource = fixedAddresses()) {
  const clock = new FakeClock();
  const started: { host: string; address: string; at: number; exchange: FakeExchange }[] = [];
  const singletons: Singleton[] = [];
  const notes: Note[] = [];
  const counts: number[] = [];
  let refusal: Outcome | null = null;
  const method: Method<TcpTarget> = {
    timing,
    perTurn: 4,
    host: (target) => target.host,
    targets: (count) => counts.push(count),
    start: (target, address) => {
      if (refusal !== null) return refusal;
      const exchange = new FakeExchange();
      started.push({ host: target.host, address, at: clock.mono(), exchange });
      return exchange;
    },
  };
  const sink = {
    singleton: (singleton: Singleton) => singletons.push(singleton),
    note: (note: Note) => notes.push(note),
  };
  const rounds = new Rounds(method, { sink, addresses, clock, random: () => 0.5 });
  const refuse = (outcome: Outcome): void => {
    refusal = outcome;
  };
  return { clock, rounds, started, singletons, notes, counts, refuse };
}

test('a new target starts inside its first interval and keeps its phase', async () => {
  const { clock, rounds, started } = make();
  rounds.setTargets([{ id: 7, target: tcpTarget({ everyMs: 1000 }) }]);
  await clock.advance(499);
  assert.equal(started.length, 0);
  await clock.advance(3501);
  assert.deepEqual(
    started.map(({ at }) => at),
    [500, 1500, 2500, 3500],
  );
});

test('an answer is told once, at the next turn, with when its probe was sent', async () => {
  const { clock, rounds, started, singletons } = make();
  rounds.setTargets([{ id: 7, target: tcpTarget({ everyMs: 1000 }) }]);
  await clock.advance(520);
  started[0]!.exchange.outcome = REPLY;
  await clock.advance(200);
  assert.deepEqual(singletons, [
    { target: 7, sequence: 0, sentMono: 500, sentWall: FakeClock.EPOCH + 500, outcome: REPLY, reordered: false },
  ]);
});

test('without an answer a probe is lost after its timeout, judged within two turns', async () => {
  const { clock, rounds, started, singletons } = make();
  rounds.setTargets([{ id: 7, target: tcpTarget({ everyMs: 5000, timeoutMs: 1000 }) }]);
  await clock.advance(2500 + 999);
  assert.equal(singletons.length, 0);
  await clock.advance(101);
  assert.equal(singletons[0]?.outcome.kind, 'lost');
  assert.ok(started[0]!.exchange.expired);
});

test('an answer that the turn after the deadline finds is an answer', async () => {
  const { clock, rounds, started, singletons } = make();
  rounds.setTargets([{ id: 7, target: tcpTarget({ everyMs: 5000, timeoutMs: 1000 }) }]);
  await clock.advance(2500);
  clock.stall(1000);
  await clock.advance(1); // the turn that finds the deadline passed, before the loop has read its sockets
  started[0]!.exchange.outcome = REPLY;
  await clock.advance(100);
  assert.equal(singletons[0]?.outcome.kind, 'reply');
});

for (const [timing, kind] of [
  ['user', 'local'],
  ['kernel', 'lost'],
] as const) {
  test(`after the loop stood still, an unanswered probe with ${timing} timing is ${kind}`, async () => {
    const { clock, rounds, singletons } = make(timing);
    rounds.setTargets([{ id: 7, target: tcpTarget({ everyMs: 5000, timeoutMs: 1000 }) }]);
    await clock.advance(2500);
    clock.stall(900);
    await clock.advance(300);
    assert.equal(singletons[0]?.outcome.kind, kind);
    if (singletons[0]?.outcome.kind === 'local') {
      assert.equal(singletons[0].outcome.code, 'suspended');
      assert.match(singletons[0].outcome.text, /stood still for 0\.8\d? s/);
    }
  });
}

test('a probe that was out while the machine slept is not lost', async () => {
  const { clock, rounds, singletons } = make();
  rounds.setTargets([{ id: 7, target: tcpTarget({ everyMs: 5000, timeoutMs: 1000 }) }]);
  await clock.advance(2600);
  clock.suspend(3_600_000);
  await clock.advance(1200);
  assert.deepEqual(singletons[0]?.outcome, {
    kind: 'local',
    code: 'suspended',
    text: 'the machine slept while the probe was out',
  });
});

test('a step of the wall clock moves nothing', async () => {
  const { clock, rounds, started, singletons } = make();
  rounds.setTargets([{ id: 7, target: tcpTarget({ everyMs: 1000, timeoutMs: 500 }) }]);
  await clock.advance(600);
  clock.step(-3_600_000);
  await clock.advance(1000);
  assert.equal(singletons[0]?.outcome.kind, 'lost');
  assert.equal(started[1]?.at, 1500);
});

test('a late reply is a note, and the exchange stays until it has wound up', async () => {
  const { clock, rounds, started, notes } = make();
  rounds.setTargets([{ id: 7, target: tcpTarget({ everyMs: 60_000, timeoutMs: 200 }) }]);
  await clock.advance(30_000);
  const { exchange } = started[0]!;
  exchange.done = false;
  await clock.advance(400);
  exchange.lateRttMs = 333;
  await clock.advance(100);
  assert.deepEqual(notes, [{ target: 7, sequence: 0, kind: 'late', rttMs: 333, atMono: notes[0]!.atMono }]);
  exchange.done = true;
  await clock.advance(100);
  exchange.lateRttMs = 444;
  await clock.advance(1000);
  assert.equal(notes.length, 1, 'a finished exchange is forgotten');
});

test('without an address a probe says why, and is no loss', async () => {
  const known: KnownAddress = {
    address: null,
    family: null,
    resolvedAt: null,
    tookMs: null,
    problem: null,
    problemSince: null,
  };
  let current = known;
  const { clock, rounds, singletons } = make('kernel', { ...fixedAddresses(), current: () => current });
  rounds.setTargets([{ id: 7, target: tcpTarget({ host: 'erp.example', everyMs: 1000 }) }]);
  await clock.advance(500);
  current = { ...known, problem: 'resolving erp.example has failed since …', problemSince: 0 };
  await clock.advance(1000);
  assert.deepEqual(
    singletons.map(({ outcome }) => outcome),
    [
      { kind: 'local', code: 'unresolved', text: 'erp.example is still being resolved' },
      { kind: 'local', code: 'unresolved', text: 'resolving erp.example has failed since …' },
    ],
  );
  assert.equal(rounds.address(7), null);
});

test('what cannot even be sent is told at once', async () => {
  const { clock, rounds, singletons, refuse } = make();
  const outcome: Outcome = { kind: 'local', code: 'no-route', text: 'no route to 192.0.2.1' };
  refuse(outcome);
  rounds.setTargets([{ id: 7, target: tcpTarget({ everyMs: 1000 }) }]);
  await clock.advance(500);
  assert.deepEqual(singletons[0]?.outcome, outcome);
});

test('a slow target has no more probes out than its timeout allows', async () => {
  const { clock, rounds, started } = make();
  rounds.setTargets([{ id: 7, target: tcpTarget({ everyMs: 100, timeoutMs: 1000 }) }]);
  await clock.advance(10_000);
  const out = started.filter(({ exchange }) => !exchange.expired).length;
  assert.ok(out >= 10 && out <= 11, `${out} out`);
});

test('no more probes begin in one turn than the method allows; the rest follow', async () => {
  const { clock, rounds, started } = make();
  rounds.setTargets(Array.from({ length: 10 }, (_, id) => ({ id, target: tcpTarget({ everyMs: 1000 }) })));
  await clock.advance(500);
  assert.equal(started.length, 4);
  await clock.advance(49);
  assert.equal(started.length, 4);
  await clock.advance(51);
  assert.equal(started.length, 10);
});

test('probes whose time passed while the agent stood still are overload, once, and not made up for', async () => {
  const { clock, rounds, started, singletons } = make();
  rounds.setTargets([{ id: 7, target: tcpTarget({ everyMs: 1000, timeoutMs: 500 }) }]);
  await clock.advance(600);
  started[0]!.exchange.outcome = REPLY;
  await clock.advance(100);
  clock.stall(5000);
  await clock.advance(100);
  assert.deepEqual(singletons[1]?.outcome, {
    kind: 'local',
    code: 'overload',
    text: '4 probes left out: the agent came too late to send',
  });
  assert.equal(started.length, 2);
  assert.deepEqual(rounds.overload, { late: 1, skipped: 4 });
});

test('kept targets go on as they were, removed ones end silently, and their places are used again', async () => {
  const { clock, rounds, started, singletons, counts } = make();
  const stays = { id: 1, target: tcpTarget({ host: '10.0.0.1', everyMs: 1000, timeoutMs: 900 }) };
  rounds.setTargets([stays, { id: 2, target: tcpTarget({ host: '10.0.0.2', everyMs: 1000, timeoutMs: 900 }) }]);
  await clock.advance(600);
  rounds.setTargets([stays, { id: 3, target: tcpTarget({ host: '10.0.0.3', everyMs: 1000, timeoutMs: 900 }) }]);
  assert.ok(started.find(({ host }) => host === '10.0.0.2')?.exchange.closed);
  await clock.advance(1000);
  assert.deepEqual(
    started.map(({ host, at }) => `${host} ${at}`),
    ['10.0.0.1 500', '10.0.0.2 500', '10.0.0.3 1100', '10.0.0.1 1500'],
  );
  assert.deepEqual([...new Set(singletons.map(({ target }) => target))], [1]);
  assert.deepEqual(counts, [2, 2]);
  assert.equal(rounds.address(3), '10.0.0.3');
});

test("a late reply to a target that is gone is nobody's", async () => {
  const { clock, rounds, started, notes } = make();
  rounds.setTargets([{ id: 1, target: tcpTarget({ everyMs: 60_000, timeoutMs: 100 }) }]);
  await clock.advance(30_000);
  started[0]!.exchange.done = false;
  await clock.advance(300);
  rounds.setTargets([]);
  started[0]!.exchange.lateRttMs = 250;
  await clock.advance(100);
  assert.deepEqual(notes, []);
});

test('close ends everything: exchanges out and winding up, timer, addresses', async () => {
  const dropped: number[] = [];
  const { clock, rounds, started, singletons, counts } = make('kernel', {
    ...fixedAddresses(),
    current: () => ({ address: '10.0.0.1', family: 4, resolvedAt: 0, tookMs: null, problem: null, problemSince: null }),
    drop: (id) => dropped.push(id),
  });
  rounds.setTargets([{ id: 7, target: tcpTarget({ everyMs: 1000, timeoutMs: 900 }) }]);
  await clock.advance(500);
  started[0]!.exchange.done = false;
  started[0]!.exchange.outcome = REPLY;
  await clock.advance(1000);
  await rounds.close();
  assert.ok(started[0]!.exchange.closed && started[1]!.exchange.closed);
  assert.equal(clock.pending, 0);
  assert.deepEqual(dropped, [7]);
  assert.equal(counts.at(-1), 0);
  await clock.advance(5000);
  assert.equal(singletons.length, 1);
});
