/**
 * 150,000 forged and broken packets against a probe that is out: what is accepted as its reply, or as an error
 * about it, must carry what only the probe's own packet carried. The judge here knows nothing of the decoder: it
 * compares bytes. Seeded.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Outcome } from '../../agent/measure/singleton.ts';
import { type IcmpMatching, IcmpReceiver } from '../../agent/probe/icmp-receiver.ts';
import { IcmpStream } from '../../agent/probe/icmp-stream.ts';
import { IcmpStreams } from '../../agent/probe/icmp-streams.ts';
import { Ledger } from '../../agent/probe/ledger.ts';
import { echoSeed, writeEchoRequest } from '../../agent/probe/wire-icmp.ts';
import { foldChecksum, onesSum } from '../../agent/probe/wire-ip.ts';
import { fixedAddresses } from '../fakes/addresses.ts';
import { seeded } from '../fakes/random.ts';
import { icmpTarget } from '../fakes/targets.ts';

const ROUNDS = 150_000;
const ID = 0x4201;
const SIZE = 24;
const ADDRESS = Uint8Array.of(10, 0, 1, 1);
const HEADER = Uint8Array.of(0x45, 0, 0, 0, 0, 0, 0, 0, 64, 1, 0, 0, 127, 0, 0, 1, ...ADDRESS);

function setUp() {
  const outcomes: Outcome[] = [];
  const ledger = new Ledger({ singleton: ({ outcome }) => outcomes.push(outcome), note: () => {} }, 0, 0);
  const streams = new IcmpStreams(fixedAddresses());
  const number = ledger.open({ target: 3, protocol: 'icmp', flow: ID }, 1000, 1000);
  const stream = new IcmpStream(
    3,
    icmpTarget({ host: '10.0.1.1', size: SIZE }),
    number,
    ID,
    0,
    Number.POSITIVE_INFINITY,
  );
  streams.add(stream);
  const door = { openRoute: () => 0, identifier: () => ID, closeRoute: () => {} };
  streams.bind(stream, { get: () => ({ kind: 'raw', door }) } as never, 0, 0);
  const matching: IcmpMatching = {
    ledger,
    streams,
    nowMono: 0,
    arrivalMono: () => 1,
    departureMono: () => 0,
    arrivalBarMs: () => 0,
    refused: () => {},
  };
  return { ledger, number, outcomes, receiver: new IcmpReceiver(4, matching) };
}

test('nothing but a true reply, or an error quoting the very probe, finishes a probe', () => {
  const random = seeded(20260726);
  const below = (n: number): number => Math.floor(random() * n);
  const { ledger, number, outcomes, receiver } = setUp();
  const seed = echoSeed(SIZE);
  let [slot, high, low] = [-1, 0, 0];
  const accepted = { reply: 0, error: 0 };
  for (let round = 0; round < ROUNDS; round += 1) {
    if (slot < 0) {
      [high, low] = [below(0x1_0000_0000), below(0x1_0000_0000)];
      slot = ledger.begin(number, 0, high, low);
    }
    const request = new Uint8Array(8 + SIZE);
    const sequence = ledger.sequence(slot) & 0xffff;
    writeEchoRequest(new DataView(request.buffer), 0, 4, SIZE, seed, ID, sequence, number, high, low);
    const isError = below(2) === 0;
    const head = isError
      ? Uint8Array.of([3, 11, 12][below(3)]!, below(16), 0, 0, 0, 0, 0, 0, ...HEADER)
      : new Uint8Array(0);
    const packet = Uint8Array.of(...head, ...request, ...ADDRESS);
    if (!isError) packet[0] = 0;
    const length = head.length + request.length;
    spoil(packet, below);
    const kept = below(4) === 0 ? below(length + 1) : length;
    const view = new DataView(packet.buffer);
    if (below(4) > 0 && kept >= 4) {
      view.setUint16(2, 0);
      view.setUint16(2, foldChecksum(onesSum(view, 0, kept)));
    }
    const before = outcomes.length;
    const arrival = {
      view,
      at: 0,
      length: kept,
      wholeLength: kept,
      seconds: 0,
      nanoseconds: 1,
      hopLimit: 1,
      sourceAt: length,
    };
    receiver.received({ ...arrival, seconds: 1 });
    if (outcomes.length === before) continue;
    const outcome = outcomes.at(-1)!;
    outcomes.length = 0;
    slot = -1;
    const same = (from: number, to: number, at: number): boolean =>
      Buffer.compare(request.subarray(from, to), packet.subarray(at + from, at + to)) === 0;
    if (outcome.kind === 'reply') {
      accepted.reply += 1;
      assert.ok(kept === 8 + SIZE && packet[0] === 0 && packet[1] === 0 && same(4, 20, 0), `round ${round}`);
      assert.ok(Buffer.compare(packet.subarray(length), ADDRESS) === 0, `round ${round}: another sender`);
    } else {
      assert.ok(outcome.kind === 'error', `round ${round}: ${outcome.kind}`);
      accepted.error += 1;
      const echo = 8 + (packet[8]! & 15) * 4;
      const whole = kept >= echo + 20;
      assert.ok(same(4, whole ? 20 : 8, echo), `round ${round}: not what was sent`);
      assert.ok(Buffer.compare(packet.subarray(24, 28), ADDRESS) === 0, `round ${round}: another destination`);
    }
  }
  assert.ok(accepted.reply > 1000 && accepted.error > 1000, JSON.stringify(accepted));
});

function spoil(packet: Uint8Array, below: (n: number) => number): void {
  for (let i = below(4); i > 0; i -= 1) packet[below(packet.length)] = below(256);
}
