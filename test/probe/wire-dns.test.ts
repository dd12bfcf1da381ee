import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { DnsRecordType } from '../../agent/measure/target.ts';
import { answersQuery, answerTexts, decodeMessage, encodeQuery, missingAnswers } from '../../agent/probe/wire-dns.ts';
import { decodeName, encodeName } from '../../agent/probe/wire-dns-name.ts';
import { comparable, RECORD_TYPES, recordText } from '../../agent/probe/wire-dns-record.ts';

const hex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text.replace(/\s/g, ''), 'hex'));
const label = fc.uint8Array({ minLength: 1, maxLength: 63 });

/** The answer of RFC 1035 shape to `corp.example A`, with a compressed owner name and an alias before the address. */
const ANSWER = hex(`
  1234 8180 0001 0002 0000 0000
  04 636f7270 07 6578616d706c65 00 0001 0001
  c00c 0005 0001 0000012c 0006 03 777777 c00c
  c02a 0001 0001 0000003c 0004 0a140001`);

test('a query is the twelve-byte header, the name, type and class, with recursion desired', () => {
  assert.deepEqual(
    encodeQuery(0xbeef, 'corp.example.', 'AAAA'),
    hex('beef 0100 0001 0000 0000 0000 04 636f7270 07 6578616d706c65 00 001c 0001'),
  );
});

test('names that cannot stand on the wire give no query', () => {
  for (const name of [
    '',
    '..',
    'a..b',
    '.a',
    'x'.repeat(64),
    `${'abcdefg.'.repeat(32)}x`,
    'bücher.example',
    'a\\999',
    'a\\',
  ]) {
    assert.equal(encodeQuery(1, name, 'A'), null, JSON.stringify(name));
  }
  assert.notEqual(encodeQuery(1, '.', 'NS'), null);
});

test('an answer with compressed names is read, aliases apart from what was asked', () => {
  const message = decodeMessage(ANSWER);
  assert.ok(message);
  assert.equal(message.rcode, 'NOERROR');
  assert.deepEqual(message.questions, [{ name: 'corp.example', type: 1, class: 1 }]);
  assert.deepEqual(message.answers[0], { name: 'corp.example', type: 5, ttlSeconds: 300, text: 'www.corp.example' });
  assert.deepEqual(answerTexts(message, 'A'), ['10.20.0.1']);
  assert.ok(answersQuery(message, 0x1234, 'CORP.Example.', 'A'));
});

test('a message is an answer only with our id, our question and the response bit', () => {
  const message = decodeMessage(ANSWER)!;
  assert.equal(answersQuery(message, 0x1235, 'corp.example', 'A'), false, 'another id');
  assert.equal(answersQuery(message, 0x1234, 'corp.examples', 'A'), false, 'another name');
  assert.equal(answersQuery(message, 0x1234, 'corp.example', 'AAAA'), false, 'another type');
  assert.equal(answersQuery({ ...message, response: false }, 0x1234, 'corp.example', 'A'), false, 'a query');
  const bare = { ...message, questions: [] };
  assert.equal(answersQuery(bare, 0x1234, 'corp.example', 'A'), false, 'no question, yet NOERROR');
  assert.equal(
    answersQuery({ ...bare, rcode: 'REFUSED' }, 0x1234, 'corp.example', 'A'),
    true,
    'an error without question',
  );
});

test('every byte cut off an answer makes it malformed, unless it says it is truncated', () => {
  for (let length = 0; length < ANSWER.length; length++) {
    assert.equal(decodeMessage(ANSWER.subarray(0, length)), null, `${length} bytes`);
  }
  const truncated = Uint8Array.from(ANSWER);
  truncated[2] = truncated[2]! | 0x02;
  const message = decodeMessage(truncated.subarray(0, ANSWER.length - 1));
  assert.equal(message?.truncated, true);
  assert.equal(message?.answers.length, 1);
});

test('records of each type come as zone files write them', () => {
  const text = (type: DnsRecordType, data: string): string | null => {
    const bytes = hex(data);
    return recordText(bytes, RECORD_TYPES[type], 0, bytes.length);
  };
  assert.equal(text('A', 'c0000201'), '192.0.2.1');
  assert.equal(text('AAAA', '20010db8000000000000000000000001'), '2001:db8::1');
  assert.equal(text('MX', '000a 046d61696c 00'), '10 mail');
  assert.equal(text('SRV', '0001 0002 01bb 0161 0162 00'), '1 2 443 a.b');
  assert.equal(text('PTR', '0161 00'), 'a');
  assert.equal(text('SOA', '0161 00 0162 00 00000001 00000002 00000003 00000004 ffffffff'), 'a b 1 2 3 4 4294967295');
  assert.equal(text('TXT', '03763d61 02 2062'), 'v=a b');
  assert.equal(text('TXT', '01 0a'), '\\010');
  assert.equal(text('A', 'c00002'), null, 'three bytes are no address');
  assert.equal(text('MX', '000a 046d61696c 00 00'), null, 'a byte too many');
  assert.equal(text('TXT', '05 61'), null, 'a string longer than its record');
  assert.equal(recordText(hex('0a0b'), 65, 0, 2), '\\# 2 0a0b');
});

test('a TTL with its top bit set is zero (RFC 2181 §8)', () => {
  const bytes = Uint8Array.from(ANSWER);
  bytes[36] = 0x80;
  assert.equal(decodeMessage(bytes)?.answers[0]?.ttlSeconds, 0);
});

test('pointers lead backwards only, so no message loops', () => {
  assert.equal(decodeName(hex('c000'), 0), null, 'to itself');
  assert.equal(decodeName(hex('c002 c000'), 0), null, 'forwards');
  assert.equal(decodeName(hex('0161 c000'), 0), null, 'to the name it ends');
  assert.equal(decodeName(hex('0161 00 0162 c000'), 3)?.name, 'b.a');
  assert.equal(decodeName(hex('40'), 0), null, 'withdrawn label type');
});

test('expected answers are compared without regard to case, closing dots and the way IPv6 is written', () => {
  assert.deepEqual(missingAnswers(['2001:DB8:0::1', 'WWW.corp.example.'], ['2001:db8::1', 'www.Corp.example']), []);
  assert.deepEqual(missingAnswers(['10.0.0.1', '10.0.0.2'], ['10.0.0.2']), ['10.0.0.1']);
  assert.equal(comparable('v=spf1 IP6:2001:db8::1 -all'), 'v=spf1 ip6:2001:db8::1 -all');
});

test('property: a name survives the way to the wire and back', () => {
  fc.assert(
    fc.property(fc.array(label, { minLength: 1, maxLength: 4 }), (labels) => {
      const wire = Uint8Array.from([...labels.flatMap((bytes) => [bytes.length, ...bytes]), 0]);
      fc.pre(wire.length <= 255);
      const decoded = decodeName(wire, 0);
      assert.equal(decoded?.end, wire.length);
      assert.deepEqual(encodeName(decoded!.name), wire);
    }),
  );
});

test('property: the answer that repeats a query is its answer, whatever the letters of the name', () => {
  fc.assert(
    fc.property(fc.array(label, { minLength: 1, maxLength: 3 }), fc.nat(0xffff), (labels, id) => {
      const name = decodeName(Uint8Array.from([...labels.flatMap((bytes) => [bytes.length, ...bytes]), 0]), 0)!.name;
      const query = encodeQuery(id, name, 'TXT')!;
      query[2] = 0x81;
      assert.ok(answersQuery(decodeMessage(query)!, id, name, 'TXT'));
    }),
  );
});
