/** Matching at the receiver's own edges; `icmp-engine.test.ts` has the whole way. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Arrival, QuotedError } from '../../agent/kernel/icmp-door.ts';
import type { Outcome } from '../../agent/measure/singleton.ts';
import { type IcmpMatching, IcmpReceiver } from '../../agent/probe/icmp-receiver.ts';
import { IcmpStream } from '../../agent/probe/icmp-stream.ts';
import { IcmpStreams } from '../../agent/probe/icmp-streams.ts';
import { Ledger } from '../../agent/probe/ledger.ts';
import { echoSeed, writeEchoRequest } from '../../agent/probe/wire-icmp.ts';
import { foldChecksum, onesSum } from '../../agent/probe/wire-ip.ts';
import { fixedAddresses } from '../fakes/addresses.ts';
import { icmpTarget } from '../fakes/targets.ts';

const ID = 0x4201;
const ADDRESS = [10, 0, 1, 1];

/** One target with one probe out, in slot 0, sequence 0 on the wire, nonce 5/6. */
function setUp() {
  const outcomes: Outcome[] = [];
  const ledger = new Ledger({ singleton: ({ outcome }) => outcomes.push(outcome), note: () => {} }, 0, 0);
  const streams = new IcmpStreams(fixedAddresses());
  const number = ledger.open({ target: 3, protocol: 'icmp', flow: ID }, 1000, 1000);
  const stream = new IcmpStream(3, icmpTarget({ host: ADDRESS.join('.') }), number, ID, 0, 9);
  streams.add(stream);
  const door = { openRoute: () => 0, identifier: () => ID, closeRoute: () => {} };
  streams.bind(stream, { get: () => ({ kind: 'raw', door }) } as never, 0, 0);
  const slot = ledger.begin(number, 0, 5, 6);
  assert.equal(slot, 0);
  const matching: IcmpMatching = {
    ledger,
    streams,
    nowMono: 50,
    arrivalMono: (_family, seconds, nanoseconds) => seconds * 1000 + nanoseconds / 1e6,
    departureMono: (seconds, nanoseconds) => seconds * 1000 + nanoseconds / 1e6,
    arrivalBarMs: () => 40,
    refused: () => {},
  };
  return { ledger, outcomes, slot, receiver: new IcmpReceiver(4, matching) };
}

function echo(nonceLow = 6, sequence = 0): Uint8Array {
  const bytes = new Uint8Array(64);
  writeEchoRequest(new DataView(bytes.buffer), 0, 4, 56, echoSeed(56), ID, sequence, 0, 5, nonceLow);
  return bytes;
}

const HEADER = Uint8Array.of(0x45, 0, 0, 0, 0, 0, 0, 0, 64, 1, 0, 0, 127, 0, 0, 1, ...ADDRESS);
const concat = (...parts: readonly (readonly number[] | Uint8Array)[]): DataView =>
  new DataView(Uint8Array.from(parts.flatMap((part) => [...part])).buffer);

function reply(hopLimit: number, nanoseconds: number): Arrival {
  const bytes = echo();
  bytes[0] = 0;
  bytes[2] = bytes[3] = 0;
  const whole = concat(bytes, ADDRESS);
  whole.setUint16(2, foldChecksum(onesSum(whole, 0, 64)));
  return { view: whole, at: 0, length: 64, wholeLength: 64, seconds: 0, nanoseconds, hopLimit, sourceAt: 64 };
}

test('a TTL that was not told is null, and an arrival without stamp is timed in user space', () => {
  const { outcomes, receiver } = setUp();
  receiver.received(reply(-1, 0));
  const [outcome] = outcomes;
  assert.ok(outcome?.kind === 'reply');
  assert.deepEqual([outcome.replyTtl, outcome.timing, outcome.rttMs], [null, 'user', 50]);
});

test('a TTL of zero is a TTL', () => {
  const { outcomes, receiver } = setUp();
  receiver.received({ ...reply(0, 0), seconds: 0.03 });
  assert.ok(outcomes[0]?.kind === 'reply' && outcomes[0].replyTtl === 0);
});

test('a reply of which only the beginning was stored is not believed', () => {
  const { outcomes, receiver } = setUp();
  receiver.received({ ...reply(60, 0), wholeLength: 65 });
  assert.deepEqual(outcomes, []);
});

test('a looped packet stamps its probe, one with another nonce does not, nor what is no packet', () => {
  const { ledger, slot, receiver } = setUp();
  const link = new Uint8Array(14);
  const frames = [concat(link, HEADER, echo(7)), concat(link, HEADER, echo(6, 1)), concat(link), concat(echo())];
  for (const frame of frames) receiver.looped(frame, 0, frame.byteLength, 0, 3e6);
  assert.ok(ledger.lacksStamp(slot));
  const frame = concat(link, HEADER, echo());
  receiver.looped(frame, 0, frame.byteLength, 0, 3e6);
  assert.ok(!ledger.lacksStamp(slot));
});

const quoted = (message: Uint8Array, fields: Partial<QuotedError> = {}): QuotedError => ({
  view: concat(message, ADDRESS, [10, 0, 0, 1]),
  at: 0,
  length: message.length,
  type: 3,
  code: 1,
  info: 0,
  sourceAt: message.length + 4,
  destinationAt: message.length,
  ...fields,
});

test('an error from the error queue is matched like one from the wire', () => {
  const { outcomes, receiver } = setUp();
  receiver.quoted(quoted(echo().fill(0, 0, 1)));
  receiver.quoted(quoted(echo(7)));
  receiver.quoted(quoted(echo(), { type: 5 }));
  assert.deepEqual(outcomes, []);
  receiver.quoted(quoted(echo().subarray(0, 8)));
  assert.deepEqual(outcomes, [
    { kind: 'error', code: 'host-unreachable', text: 'host unreachable', from: '10.0.0.1', mtu: null },
  ]);
});

test('an error whose sender is not known has none', () => {
  const { outcomes, receiver } = setUp();
  receiver.quoted(quoted(echo(), { sourceAt: -1, code: 4, info: 1400 }));
  assert.ok(outcomes[0]?.kind === 'error');
  assert.deepEqual([outcomes[0].from, outcomes[0].mtu], [null, 1400]);
});
