/** Malformed DNS messages: whatever arrives, the decoder ends, throws nothing, and takes no forgery for an answer. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answersQuery, decodeMessage, encodeQuery } from '../../agent/probe/wire-dns.ts';

const MESSAGES = 150_000;
const ID = 0x1234;

/** A small seeded generator (mulberry32), so that a failure can be run again. */
function generator(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % below;
  };
}

test(`${MESSAGES} malformed messages are decoded or refused, none is taken for an answer it is not`, () => {
  const seed = Number(process.env['FUZZ_SEED'] ?? 20260101);
  const random = generator(seed);
  const query = encodeQuery(ID, 'corp.example', 'A')!;
  const records = Buffer.from(
    'c00c000500010000012c000603777777c00cc02a000100010000003c00040a140001c00c000f00010000000000090005046d61696cc00c' +
      'c00c001000010000000000050474657874c00c00210001000000000008000100020035c00c',
    'hex',
  );
  const whole = Uint8Array.from([...query, ...records]);
  whole[2] = 0x81;
  whole[7] = 5;
  let decoded = 0;
  let answered = 0;
  for (let round = 0; round < MESSAGES; round++) {
    let bytes: Uint8Array;
    if (random(4) === 0) {
      bytes = Uint8Array.from({ length: random(80) }, () => random(256));
    } else {
      bytes = whole.slice(0, random(3) === 0 ? random(whole.length + 1) : whole.length);
      for (let flips = random(6); flips > 0; flips--) if (bytes.length > 0) bytes[random(bytes.length)] = random(256);
    }
    const message = decodeMessage(bytes);
    if (message === null) continue;
    decoded += 1;
    for (const record of message.answers) assert.equal(typeof record.text, 'string');
    if (!answersQuery(message, ID, 'corp.example', 'A')) continue;
    answered += 1;
    const sameId = bytes[0] === 0x12 && bytes[1] === 0x34 && (bytes[2]! & 0x80) !== 0;
    const sameQuestion =
      Buffer.from(bytes.subarray(12, query.length)).toString('latin1').toLowerCase() ===
      Buffer.from(query.subarray(12)).toString('latin1').toLowerCase();
    assert.ok(
      sameId && (sameQuestion || (bytes[3]! & 0xf) !== 0),
      `seed ${seed}, round ${round}: a forgery was accepted`,
    );
  }
  assert.ok(
    decoded > MESSAGES / 20 && answered > 1000,
    `the fuzz reaches the decoder: ${decoded} decoded, ${answered} answers`,
  );
});
