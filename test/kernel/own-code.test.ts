import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { cleanMappings, releaseOwnCode } from '../../agent/kernel/own-code.ts';

const entry = (head: string, anonymous: number): string =>
  `${head}\nSize:               8 kB\nRss:                8 kB\nAnonymous:          ${anonymous} kB\nVmFlags: rd ex mr\n`;

test('only mappings of the program that cannot be written and never were are let go', () => {
  const smaps = [
    entry('00400000-00402000 r--p 00000000 fe:00 1234                       /opt/a b/canary', 0),
    entry('00402000-00406000 r-xp 00002000 fe:00 1234                       /opt/a b/canary', 0),
    entry('00406000-00407000 r--p 00006000 fe:00 1234                       /opt/a b/canary', 4),
    entry('00407000-00408000 rw-p 00007000 fe:00 1234                       /opt/a b/canary', 0),
    entry('00408000-00409000 r-xs 00007000 fe:00 1234                       /opt/a b/canary', 0),
    entry('7f0000000000-7f0000001000 r-xp 00000000 fe:00 99                 /usr/lib/libc.so.6', 0),
    entry('7f0000002000-7f0000003000 r-xp 00000000 00:00 0 ', 0),
  ].join('');
  assert.deepEqual(cleanMappings(smaps, '/opt/a b/canary'), [
    { start: 0x400000, length: 0x2000 },
    { start: 0x402000, length: 0x4000 },
  ]);
});

const fileBacked = (): number =>
  Number(/^RssFile:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'latin1'))?.[1]) / 1024;

test('the program goes on from the page cache with less of itself mapped', () => {
  const before = fileBacked();
  releaseOwnCode();
  const after = fileBacked();
  assert.ok(after < before - 5, `${before} MiB, then ${after} MiB`);
  assert.equal(new Function('return [3, 1, 2].sort().join()')(), '1,2,3');
});
