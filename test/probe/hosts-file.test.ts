import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseHosts } from '../../agent/probe/hosts-file.ts';

test('names stand for all their addresses, in order, whatever their case; comments and junk are passed over', () => {
  const names = parseHosts(
    [
      '# comment',
      '127.0.0.1\tlocalhost Loop.Example. # more',
      '::1 localhost ip6-localhost',
      '10.0.0.1 localhost',
      '10.0.0.1 localhost',
      'not-an-address erp',
      '10.0.0.2',
      '',
    ].join('\n'),
  );
  assert.deepEqual(
    [...names],
    [
      ['localhost', ['127.0.0.1', '::1', '10.0.0.1']],
      ['loop.example', ['127.0.0.1']],
      ['ip6-localhost', ['::1']],
    ],
  );
});
