/** The reader of connections on the real kernel of this process's own namespace; what it is told by files. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import fc from 'fast-check';
import { parseAwsRanges } from '../../agent/flow/aws-ranges.ts';
import { SystemFlows } from '../../agent/flow/system-flows.ts';
import { walkMessages } from '../../agent/kernel/sock-diag-wire.ts';
import { decodeSocketRow, emptyRow } from '../../agent/kernel/socket-row.ts';

function flowsWith(t: TestContext, awsRanges: string | null): SystemFlows {
  const flows = new SystemFlows({
    dumpEveryMs: 10_000,
    capacity: 100,
    loopback: true,
    ownProbes: false,
    sites: [],
    awsRanges,
    rto: 'auto',
    mono: () => performance.now(),
    wall: Date.now,
  });
  t.after(() => flows.close());
  return flows;
}

test('a file of prefixes that is broken, huge or gone is named with the remedy, and the rest works', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'canary-ranges-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const [broken, huge] = [join(folder, 'broken.json'), join(folder, 'huge.json')];
  writeFileSync(broken, '{"prefixes": [');
  writeFileSync(huge, '');
  truncateSync(huge, 100_000_000);
  for (const [file, why] of [
    [broken, /it is not JSON/],
    [huge, /it has 100 MB, more than 17/],
    [join(folder, 'gone.json'), /ENOENT/],
    [folder, /EISDIR|it is/],
  ] as const) {
    const view = flowsWith(t, file).view();
    assert.equal(view?.warnings.length, 1);
    assert.match(view.warnings[0]!, why);
    assert.ok(view.warnings[0]!.includes(file) && view.warnings[0]!.includes('ip-ranges.amazonaws.com'));
  }
  assert.deepEqual(flowsWith(t, null).view()?.warnings, []);
});

test('a view is there at once, whole and without a number that is none', (t) => {
  const view = flowsWith(t, null).view();
  assert.ok(view);
  assert.doesNotMatch(JSON.stringify(view), /NaN|undefined/);
  assert.equal(view.coverage.at, null);
});

test('without tcp_diag the reason is told and the kernel’s own totals go on', async (t) => {
  const flows = new SystemFlows({
    ...{ dumpEveryMs: 1000, capacity: 100, loopback: true, ownProbes: false, sites: [], awsRanges: null, rto: 'auto' },
    open: () => ({ code: 'no-module', errno: 2 }),
    mono: () => performance.now(),
    wall: Date.now,
  });
  t.after(() => flows.close());
  const server = createServer((socket) => socket.end()).listen(0, '127.0.0.1');
  await once(server, 'listening');
  await once(connect((server.address() as AddressInfo).port, '127.0.0.1').resume(), 'close');
  server.close();
  await flows.refresh();
  const view = flows.view();
  assert.match(view?.problem ?? '', /no tcp_diag module.*modprobe tcp_diag/);
  assert.ok((view?.coverage.opened.kernel ?? 0) >= 2, JSON.stringify(view?.coverage));
  assert.ok(view?.coverage.retransmissions.kernel !== null);
  assert.equal(view?.timeouts.source, null);
});

test('whatever a file holds, it is refused or read', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.json(),
        fc.anything().map((value) => JSON.stringify({ prefixes: [value] })),
      ),
      (text) => {
        const ranges = parseAwsRanges(text);
        assert.ok(ranges.ok ? ranges.skipped >= 0 : ranges.text.length > 0);
      },
    ),
    { numRuns: 3000 },
  );
});

test('whatever a message holds, a row is decoded without reading outside', () => {
  const row = emptyRow();
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 92, maxLength: 400 }), fc.nat(300), (bytes, length) => {
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      // A row as it would be accepted: header and attribute fit the buffer, all else is noise.
      view.setUint32(0, bytes.length, true);
      view.setUint16(4, 20, true);
      const room = Math.min(length, bytes.length - 92);
      view.setUint16(88, 4 + room, true);
      view.setUint16(90, 2, true);
      const result = walkMessages(view, 0, bytes.length, {
        row: (v, message, info, infoLength) => decodeSocketRow(v, message, info, infoLength, row),
      });
      assert.ok(result <= 1);
      assert.ok(row.family === 4 || row.family === 6);
    }),
    { numRuns: 5000 },
  );
});
