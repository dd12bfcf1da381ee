import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Note, Singleton } from '../../agent/measure/singleton.ts';
import { KERNEL_ERROR_BAR_MS, Ledger } from '../../agent/probe/ledger.ts';

const WALL = 1_700_000_000_000;

function setUp(everyMs = 1000, timeoutMs = 1000) {
  const singletons: Singleton[] = [];
  const notes: Note[] = [];
  const ledger = new Ledger({ singleton: (s) => singletons.push(s), note: (n) => notes.push(n) }, 0, WALL);
  const stream = ledger.open({ target: 7, protocol: 'icmp', flow: 1 }, everyMs, timeoutMs);
  /** Sends one probe with a kernel stamp 0.01 ms after the clock. */
  const send = (at: number): number => {
    const slot = ledger.begin(stream, at, 1, 2);
    ledger.sent(slot, at + 0.05);
    ledger.stamped(slot, at + 0.01);
    return slot;
  };
  return { ledger, stream, singletons, notes, send };
}

test('a stamped probe and its reply give a kernel-timed RTT', () => {
  const { ledger, singletons, send } = setUp();
  ledger.reply(send(100), 120.01, 0, 57);
  assert.equal(singletons.length, 1);
  const { outcome, ...rest } = singletons[0]!;
  assert.deepEqual(rest, { target: 7, sequence: 0, sentMono: 100.01, sentWall: WALL + 100.01, reordered: false });
  assert.ok(outcome.kind === 'reply' && Math.abs(outcome.rttMs - 20) < 1e-9);
  assert.deepEqual([outcome.timing, outcome.errorBarMs, outcome.replyTtl], ['kernel', KERNEL_ERROR_BAR_MS, 57]);
  assert.equal(ledger.outstanding, 0);
});

test('without a stamp the RTT is from the middle of the send, and its bar holds the truth', () => {
  const { ledger, stream, singletons } = setUp();
  const slot = ledger.begin(stream, 100, 1, 2);
  ledger.sent(slot, 102);
  assert.ok(ledger.lacksStamp(slot));
  ledger.reply(slot, 120, 0, null);
  const outcome = singletons[0]!.outcome;
  assert.ok(outcome.kind === 'reply');
  assert.equal(outcome.timing, 'user');
  assert.equal(outcome.rttMs, 19);
  // It left between 100 and 102, so the truth lies between 18 and 20.
  assert.equal(outcome.errorBarMs, 1 + KERNEL_ERROR_BAR_MS);
});

test('a reply that came while the send had not returned is not negative', () => {
  const { ledger, stream, singletons } = setUp();
  const slot = ledger.begin(stream, 100, 1, 2);
  ledger.sent(slot, 102);
  ledger.reply(slot, 100.4, 0, null);
  const outcome = singletons[0]!.outcome;
  assert.ok(outcome.kind === 'reply' && outcome.rttMs > 0 && outcome.rttMs < 0.4);
});

test('an arrival timed in user space makes the sample user-timed and the bar wider', () => {
  const { ledger, singletons, send } = setUp();
  ledger.reply(send(100), 120, 50, null);
  const outcome = singletons[0]!.outcome;
  assert.ok(outcome.kind === 'reply' && outcome.timing === 'user' && outcome.errorBarMs === 50 + KERNEL_ERROR_BAR_MS);
});

test('a stamp from before the send is another packet’s', () => {
  const { ledger, stream } = setUp();
  const slot = ledger.begin(stream, 100, 1, 2);
  ledger.stamped(slot, 99);
  assert.ok(ledger.lacksStamp(slot));
});

test('a second reply is a duplicate, one after the timeout is late, and both are only notes', () => {
  const { ledger, singletons, notes, send } = setUp();
  const first = send(0);
  ledger.reply(first, 20, 0, null);
  ledger.reply(first, 25, 0, null);
  const second = send(1000);
  ledger.expire(2100);
  ledger.reply(second, 2200.01, 0, null);
  assert.deepEqual(
    singletons.map((s) => s.outcome.kind),
    ['reply', 'lost'],
  );
  assert.deepEqual(
    notes.map((n) => [n.kind, n.sequence, n.rttMs === null ? null : Math.round(n.rttMs)]),
    [
      ['duplicate', 0, null],
      ['late', 1, 1200],
    ],
  );
});

test('a reply is judged by when it arrived, not by when it was read', () => {
  const { ledger, singletons, notes, send } = setUp();
  const [onTime, tooLate] = [send(0), send(10)];
  ledger.reply(onTime, 999, 0, null);
  ledger.reply(tooLate, 1011, 0, null);
  ledger.expire(60_000);
  assert.deepEqual(
    singletons.map((s) => s.outcome.kind),
    ['reply', 'lost'],
  );
  assert.equal(notes[0]?.kind, 'late');
});

test('an overtaken reply is reordered, its predecessor is not', () => {
  const { ledger, singletons, send } = setUp();
  const [a, b, c] = [send(0), send(1), send(2)];
  ledger.reply(b, 20, 0, null);
  ledger.reply(a, 21, 0, null);
  ledger.reply(c, 22, 0, null);
  assert.deepEqual(
    singletons.map((s) => [s.sequence, s.reordered]),
    [
      [1, false],
      [0, true],
      [2, false],
    ],
  );
});

test('an error finishes a probe; what comes after is no second answer', () => {
  const { ledger, singletons, notes, send } = setUp();
  const slot = send(0);
  const refusal = {
    kind: 'error',
    code: 'host-unreachable',
    text: 'host unreachable',
    from: '10.0.0.1',
    mtu: null,
  } as const;
  ledger.error(slot, refusal);
  ledger.error(slot, refusal);
  ledger.reply(slot, 30, 0, null);
  ledger.expire(5000);
  assert.equal(singletons.length, 1);
  assert.deepEqual(singletons[0]?.outcome, refusal);
  assert.equal(notes.length, 1);
});

test('probes are found by 16 bits of their sequence until they are overwritten', () => {
  const { ledger, stream, send } = setUp();
  const slots = Array.from({ length: 20 }, (_, i) => {
    const slot = send(i * 1000);
    ledger.reply(slot, i * 1000 + 1, 0, null);
    return slot;
  });
  assert.equal(ledger.find(stream, 19), slots[19]);
  assert.equal(ledger.find(stream, 4), slots[4]);
  assert.equal(ledger.find(stream, 3), -1, 'overwritten by 19');
  assert.equal(ledger.find(stream, 20), -1, 'not sent yet');
  assert.equal(ledger.find(stream, 19 + 256), -1, 'the same place, another sequence');
  assert.equal(ledger.find(99, 1), -1);
  assert.ok(ledger.matches(slots[19]!, 1, 2));
  assert.ok(!ledger.matches(slots[19]!, 1, 3));
});

test('sequences go on behind 16 bits', () => {
  const { ledger, stream, singletons, send } = setUp();
  for (let i = 0; i < 65_540; i += 1) ledger.reply(send(i), i + 0.5, 0, null);
  assert.equal(singletons.at(-1)?.sequence, 65_539);
  assert.equal(ledger.sequence(ledger.find(stream, 3)), 65_539);
});

test('a full ring takes no more until a place is free', () => {
  const { ledger, stream } = setUp();
  let taken = 0;
  while (ledger.begin(stream, 0, 0, 0) >= 0) taken += 1;
  assert.equal(taken, 16);
  ledger.expire(2000);
  assert.ok(ledger.begin(stream, 2000, 0, 0) >= 0);
});

test('a probe that cannot begin counts in the sequence and takes no slot', () => {
  const { ledger, stream, singletons } = setUp();
  const first = ledger.begin(stream, 0, 0, 0);
  ledger.unsent(stream, 10, 'no-route', 'nowhere');
  const third = ledger.begin(stream, 20, 0, 0);
  assert.deepEqual([ledger.sequence(first), ledger.sequence(third), ledger.outstanding], [0, 2, 2]);
  assert.deepEqual(singletons, [
    {
      target: 7,
      sequence: 1,
      sentMono: 10,
      sentWall: WALL + 10,
      outcome: { kind: 'local', code: 'no-route', text: 'nowhere' },
      reordered: false,
    },
  ]);
  assert.equal(ledger.find(stream, 1), -1);
});

test('a fast stream remembers its whole timeout and more', () => {
  const { ledger, stream } = setUp(10, 1000);
  let taken = 0;
  while (ledger.begin(stream, 0, 0, 0) >= 0) taken += 1;
  assert.ok(taken >= 300, `${taken}`);
});

test('what was lost while the host could not see is its own fault; RTTs stand unless spoilt', () => {
  const { ledger, singletons, send } = setUp();
  const [a, b, c] = [send(0), send(100), send(5000)];
  ledger.blind({ fromMono: 900, toMono: 1050, code: 'overload', text: 'overflow', spoils: false });
  ledger.reply(a, 950, 0, null);
  ledger.expire(1200);
  ledger.blind({ fromMono: 5100, toMono: 5101, code: 'suspended', text: 'slept', spoils: true });
  ledger.reply(c, 5200, 0, null);
  ledger.expire(9000);
  const lost = send(9000);
  ledger.expire(10_100);
  assert.deepEqual(
    singletons.map((s) => s.outcome),
    [
      singletons[0]!.outcome,
      { kind: 'local', code: 'overload', text: 'overflow' },
      { kind: 'local', code: 'suspended', text: 'slept' },
      { kind: 'lost' },
    ],
  );
  assert.equal(singletons[0]?.outcome.kind, 'reply');
  assert.ok(b >= 0 && lost >= 0);
});

test('times of blindness are remembered for as long as the slowest target waits', () => {
  const { ledger, singletons } = setUp();
  const slow = ledger.open({ target: 8, protocol: 'icmp', flow: 2 }, 1000, 10_000);
  const quick = ledger.open({ target: 9, protocol: 'icmp', flow: 3 }, 1000, 100);
  ledger.begin(slow, 0, 0, 0);
  ledger.blind({ fromMono: 10, toMono: 20, code: 'overload', text: 'overflow', spoils: false });
  ledger.begin(quick, 5000, 0, 0);
  ledger.expire(6000);
  ledger.expire(10_100);
  assert.deepEqual(
    singletons.map((s) => [s.target, s.outcome.kind, s.reordered]),
    [
      [9, 'lost', false],
      [8, 'local', false],
    ],
  );
});

test('an answer long before its question is not an RTT', () => {
  const { ledger, singletons, send } = setUp();
  ledger.reply(send(1000), 900, 0, null);
  assert.deepEqual(singletons[0]?.outcome.kind, 'local');
});

test('a closed stream ends silently, and its ring is used again without its past', () => {
  const { ledger, stream, singletons, notes, send } = setUp();
  const old = send(0);
  ledger.close(stream);
  assert.equal(ledger.outstanding, 0);
  const next = ledger.open({ target: 8, protocol: 'icmp', flow: 2 }, 1000, 1000);
  assert.equal(next, stream);
  assert.equal(ledger.find(next, 0), -1);
  ledger.expire(5000);
  assert.deepEqual([singletons, notes], [[], []]);
  assert.equal(ledger.begin(next, 6000, 0, 0), old);
});

/** Everything that can happen, in any order. Times grow; replies may come for any probe ever sent. */
const step = fc.oneof(
  fc.record({ kind: fc.constant('send' as const), stream: fc.nat(3) }),
  fc.record({ kind: fc.constant('stamp' as const), which: fc.nat() }),
  fc.record({ kind: fc.constant('reply' as const), which: fc.nat(), ago: fc.nat(300) }),
  fc.record({ kind: fc.constant('error' as const), which: fc.nat() }),
  fc.record({ kind: fc.constant('refuse' as const), which: fc.nat() }),
  fc.record({ kind: fc.constant('blind' as const), ms: fc.nat(500), spoils: fc.boolean() }),
  fc.record({ kind: fc.constant('wait' as const), ms: fc.nat(700) }),
  fc.constant({ kind: 'expire' as const }),
);

test('any interleaving yields exactly one singleton for each probe', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const seen = new Map<string, number>();
      const ledger = new Ledger(
        {
          singleton: (s) => seen.set(`${s.target}/${s.sequence}`, (seen.get(`${s.target}/${s.sequence}`) ?? 0) + 1),
          note: (n) => assert.ok(seen.has(`${n.target}/${n.sequence}`), 'a note about a probe that is not finished'),
        },
        0,
        WALL,
      );
      const timeouts = [200, 500, 1000, 20_000];
      const streams = timeouts.map((ms, i) => ledger.open({ target: i, protocol: 'icmp', flow: i }, 100, ms));
      const sent: number[] = [];
      let begun = 0;
      let now = 0;
      for (const s of steps) {
        const slot = 'which' in s && sent.length > 0 ? sent[s.which % sent.length]! : -1;
        if (s.kind === 'send') {
          const begin = ledger.begin(streams[s.stream]!, now, begun, 0);
          if (begin >= 0) {
            begun += 1;
            sent.push(begin);
          }
        } else if (s.kind === 'wait') now += s.ms;
        else if (s.kind === 'expire') ledger.expire(now);
        else if (s.kind === 'blind') {
          ledger.blind({ fromMono: now - s.ms, toMono: now, code: 'overload', text: '', spoils: s.spoils });
        } else if (slot >= 0 && s.kind === 'stamp') ledger.stamped(slot, now);
        else if (slot >= 0 && s.kind === 'reply') ledger.reply(slot, now - s.ago, 0, 64);
        else if (slot >= 0 && s.kind === 'error')
          ledger.error(slot, { kind: 'error', code: 'unreachable', text: '', from: null, mtu: null });
        else if (slot >= 0 && s.kind === 'refuse') ledger.refuse(slot, 'other', '');
      }
      assert.equal(ledger.outstanding, begun - seen.size);
      ledger.expire(now + 30_000);
      assert.equal(seen.size, begun);
      assert.equal(ledger.outstanding, 0);
      for (const [key, count] of seen) assert.equal(count, 1, key);
    }),
    { numRuns: 500 },
  );
});
