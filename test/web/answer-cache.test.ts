import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { type Answer, jsonAnswer } from '../../agent/web/answer.ts';
import { answerCache } from '../../agent/web/answer-cache.ts';
import { hasIt, wantsGzip } from '../../agent/web/respond.ts';
import { incident } from '../fakes/small-snapshot.ts';

const LIMITS = { entries: 2, bytes: 1000, ageMs: 1000 };

/** A cache with a clock by hand and a count of what was made. */
function setUp() {
  const clock = { now: 0 };
  const cache = answerCache(() => clock.now, LIMITS);
  let made = 0;
  const make = (): Answer => jsonAnswer({ made: ++made }, 'revalidate');
  const get = (key: string, sequence = 1) => cache.get(key, { ...incident(), sequence }, make);
  return { clock, get, made: () => made, cache, make };
}

test('made once a snapshot and a key', () => {
  const { get, made } = setUp();
  const first = get('/a');
  assert.equal(get('/a'), first);
  assert.notEqual(get('/b').plain.toString(), first.plain.toString());
  assert.equal(made(), 2);
  assert.notEqual(get('/a', 2).etag, first.etag);
  assert.equal(made(), 3);
});

test('without a new snapshot it still grows old, and its tag changes', () => {
  const { clock, get, made } = setUp();
  const first = get('/a');
  clock.now = 999;
  assert.equal(get('/a').etag, first.etag);
  clock.now = 1000;
  assert.notEqual(get('/a').etag, first.etag);
  assert.equal(made(), 2);
});

test('no snapshot, nothing kept, no tag', () => {
  const { cache, make, made } = setUp();
  assert.equal(cache.get('/a', null, make).etag, null);
  cache.get('/a', null, make);
  assert.equal(made(), 2);
});

test('more keys or bytes than the limit are answered but not kept', () => {
  const { get, made, cache } = setUp();
  for (const key of ['/a', '/b', '/c', '/c', '/a']) get(key);
  assert.equal(made(), 4);
  const large = (): Answer => jsonAnswer('x'.repeat(2000), 'revalidate');
  const one = { ...incident(), sequence: 9 };
  assert.notEqual(cache.get('/l', one, large), cache.get('/l', one, large));
});

test('compressed once, and to the same bytes back', () => {
  const { get } = setUp();
  const stored = get('/a');
  assert.equal(stored.gzip(), stored.gzip());
  assert.deepEqual(gunzipSync(stored.gzip()), stored.plain);
});

test('gzip only by name and weight', () => {
  for (const header of ['gzip', 'deflate, gzip;q=0.5', 'GZIP', 'x-gzip', 'br, gzip'])
    assert.ok(wantsGzip(header), header);
  for (const header of [undefined, '', '*', 'identity', 'gzip;q=0', 'gzip; q=0.000', 'br', 'gzipp']) {
    assert.ok(!wantsGzip(header), String(header));
  }
});

test('If-None-Match compares weakly', () => {
  for (const header of ['W/"1-2"', '"1-2"', '"x", W/"1-2"', '*']) assert.ok(hasIt(header, 'W/"1-2"'), header);
  for (const header of [undefined, '', '"1-3"', '1-2']) assert.ok(!hasIt(header, 'W/"1-2"'), String(header));
});
