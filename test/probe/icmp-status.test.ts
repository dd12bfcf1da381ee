import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { IcmpOpening } from '../../agent/kernel/open-icmp.ts';
import { describeMode } from '../../agent/probe/icmp-status.ts';
import { FakeClock } from '../fakes/clock.ts';
import { Recorder } from '../fakes/icmp-recorder.ts';
import { FakeDoor, FakeNetwork } from '../fakes/network.ts';

const door = new FakeDoor(new FakeNetwork(new FakeClock(), () => []), 4, new Recorder(4));
const raw: IcmpOpening = { kind: 'raw', door };
const ping: IcmpOpening = { kind: 'ping', door, text: 'through ping sockets', remedy: 'setcap' };
const none: IcmpOpening = { kind: 'none', code: 'no-privilege', text: 'cannot', remedy: 'both' };
const off: IcmpOpening = { kind: 'none', code: 'no-family', text: 'IPv6 is switched off', remedy: null };

test('the worse of two families is told, one that is switched off is not', () => {
  const mode = (...openings: IcmpOpening[]) => describeMode(openings).mode;
  assert.equal(mode(), 'unused');
  assert.equal(mode(off), 'unused');
  assert.equal(mode(raw, off), 'raw');
  assert.equal(mode(raw, ping), 'ping');
  assert.equal(mode(none, ping), 'none');
  assert.deepEqual(describeMode([ping]), { mode: 'ping', text: 'through ping sockets', remedy: 'setcap' });
  assert.equal(describeMode([raw]).remedy, null);
});
