/** When a prober hangs, and when it is only idle, late or without work. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TcpTarget } from '../../agent/measure/target.ts';
import type { AddressSource } from '../../agent/probe/address-source.ts';
import { IcmpEngine } from '../../agent/probe/icmp-engine.ts';
import { type Prober, stalledMs } from '../../agent/probe/prober.ts';
import { type Method, Rounds } from '../../agent/probe/rounds.ts';
import { fixedAddresses } from '../fakes/addresses.ts';
import { FakeClock } from '../fakes/clock.ts';
import { FakeNetwork } from '../fakes/network.ts';
import { icmpTarget, tcpTarget } from '../fakes/targets.ts';

test('only what is due and has had no turn is stalled', () => {
  assert.equal(stalledMs(20_000, 5000, 4000), 15_000);
  assert.equal(stalledMs(20_000, 5000, 19_990), 10, 'many are overdue, but turns are taken: busy, not hung');
  assert.equal(stalledMs(20_000, 60_000, 4000), 0, 'the next is due in 40 s');
  assert.equal(stalledMs(20_000, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY), 0, 'no targets');
});

/** A clock whose timers can be lost. */
class LosingClock extends FakeClock {
  losing = false;
  override after(delayMs: number, callback: () => void): () => void {
    return super.after(delayMs, () => {
      if (!this.losing) callback();
    });
  }
}

/** Names that never resolve. */
const nowhere: AddressSource = {
  ...fixedAddresses(),
  current: () => ({
    address: null,
    family: null,
    resolvedAt: null,
    tookMs: null,
    problem: 'no such name',
    problemSince: 0,
  }),
};

const sink = { singleton: () => {}, note: () => {} };
const makers: Record<string, (clock: FakeClock, addresses: AddressSource) => Prober> = {
  icmp: (clock, addresses) => {
    const engine = new IcmpEngine(
      {},
      {
        sink,
        addresses,
        clock,
        random: () => 0.5,
        fillRandom: (words) => words.fill(7),
        openDoor: new FakeNetwork(clock, () => []).open,
      },
    );
    engine.setTargets([{ id: 0, target: icmpTarget({ host: '10.0.1.1' }) }]);
    return engine as Prober;
  },
  tcp: (clock, addresses) => {
    const method: Method<TcpTarget> = {
      timing: 'kernel',
      perTurn: 4,
      host: ({ host }) => host,
      targets: () => {},
      start: () => ({ kind: 'lost' }),
    };
    const rounds = new Rounds(method, { sink, addresses, clock, random: () => 0.5 });
    rounds.setTargets([{ id: 0, target: tcpTarget({ host: '10.0.1.1' }) }]);
    return rounds as Prober;
  },
};

for (const [kind, make] of Object.entries(makers)) {
  for (const [which, addresses] of Object.entries({
    'an address': fixedAddresses(),
    'a name that does not resolve': nowhere,
  })) {
    test(`${kind}, ${which}: while it turns it is never stalled, when its timer is lost it is, by how long`, async () => {
      const clock = new LosingClock();
      const prober = make(clock, addresses);
      for (let second = 0; second < 30; second += 1) {
        await clock.advance(1000);
        assert.ok(prober.stalledMs() < 300, `${prober.stalledMs()} ms`);
      }
      clock.losing = true;
      await clock.advance(30_000);
      assert.ok(prober.stalledMs() > 28_000, `${prober.stalledMs()} ms`);
    });
  }

  test(`${kind}: a step of the wall clock and a suspension are no stall`, async () => {
    const clock = new LosingClock();
    const prober = make(clock, fixedAddresses());
    await clock.advance(5000);
    clock.step(3_600_000);
    assert.ok(prober.stalledMs() < 300);
    clock.suspend(3_600_000);
    assert.ok(prober.stalledMs() < 300);
  });
}
