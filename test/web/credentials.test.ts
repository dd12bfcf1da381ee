import assert from 'node:assert/strict';
import { test } from 'node:test';
import { credentials } from '../../agent/web/credentials.ts';

const basic = (text: string): string => `Basic ${Buffer.from(text).toString('base64')}`;
const both = credentials({
  basic: [
    { user: 'noc', password: 'pä:ss wörd' },
    { user: 'prtg', password: 's3cret' },
  ],
  bearer: ['abc.DEF-123_~+/=='],
});

test('every accepted user and token, the scheme in any case', () => {
  for (const header of [
    basic('noc:pä:ss wörd'),
    basic('prtg:s3cret').replace('Basic', 'bASIC'),
    'Bearer abc.DEF-123_~+/==',
    'bearer   abc.DEF-123_~+/==',
  ]) {
    assert.ok(both.accept(header), header);
  }
});

test('nothing else', () => {
  for (const header of [
    undefined,
    '',
    'Basic',
    'Basic ',
    basic(''),
    basic(':'),
    basic('prtg'),
    basic('prtg:'),
    basic('prtg:s3cre'),
    basic('prtg:s3crett'),
    basic('noc:s3cret'),
    basic('PRTG:s3cret'),
    'Bearer abc.DEF-123_~+/=',
    'Bearer s3cret',
    // A token must not pass as a password, nor the other way round.
    basic('abc.DEF-123_~+/=='),
    'Bearer prtg:s3cret',
    'Digest username="prtg"',
    `${basic('prtg:s3cret')}, Bearer x`,
  ]) {
    assert.ok(!both.accept(header), header);
  }
});

test('challenges name what is accepted', () => {
  assert.deepEqual(both.challenges, ['Basic realm="vpc-canary", charset="UTF-8"', 'Bearer realm="vpc-canary"']);
  assert.deepEqual(credentials({ basic: [], bearer: ['t'] }).challenges, ['Bearer realm="vpc-canary"']);
});
