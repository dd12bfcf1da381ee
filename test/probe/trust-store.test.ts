import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { TrustStore } from '../../agent/probe/trust-store.ts';
import { Authority, certificateSkip } from '../fakes/certificates.ts';
import { FakeClock } from '../fakes/clock.ts';

test('the file is read once, and again after it changed', { skip: certificateSkip }, (t) => {
  const clock = new FakeClock();
  const [authority, other] = [new Authority(t), new Authority(t)];
  const store = new TrustStore(clock, authority.file);
  const first = store.context();
  clock.stall(120_000);
  assert.equal(store.context(), first, 'unchanged');
  writeFileSync(authority.file, `${other.selfSigned('DNS:a').cert}\n`);
  assert.equal(store.context(), first, 'not looked at again within a minute');
  clock.stall(61_000);
  const second = store.context();
  assert.notEqual(second, first);
  writeFileSync(authority.file, '-----BEGIN CERTIFICATE-----\nnonsense\n-----END CERTIFICATE-----\n');
  clock.stall(61_000);
  assert.equal(store.context(), second, 'a spoilt file leaves the last good one in use');
});

test('without a file the authorities that come with Node are trusted', () => {
  assert.ok(new TrustStore(new FakeClock(), '/nonexistent').context());
  assert.ok(new TrustStore(new FakeClock(), null).context());
});
