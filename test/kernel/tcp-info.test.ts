import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { test } from 'node:test';
import { decodeTcpInfo, readTcpInfo } from '../../agent/kernel/tcp-info.ts';

test('a connection over loopback has the kernel’s own RTT', async (t) => {
  const server = createServer((socket) => socket.resume());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  assert.ok(address !== null && typeof address === 'object');
  const socket: Socket & { _handle?: { fd: number } } = connect(address.port, '127.0.0.1');
  t.after(() => {
    socket.destroy();
    server.close();
  });
  await once(socket, 'connect');
  const info = readTcpInfo(socket._handle?.fd ?? -1);
  assert.ok(info !== null);
  assert.equal(info.state, 1);
  assert.ok(info.rttMs > 0 && info.rttMs < 1000, `rtt ${info.rttMs} ms`);
  assert.ok(info.minRttMs !== null && info.minRttMs <= info.rttMs);
  assert.ok(info.pmtu > 1000);
});

test('a descriptor that is no TCP socket gives null', () => {
  assert.equal(readTcpInfo(0), null);
  assert.equal(readTcpInfo(100_000), null);
});

test('what an older kernel does not know is null, not zero', () => {
  const view = new DataView(new ArrayBuffer(300));
  view.setUint32(68, 20_500, true);
  view.setUint32(148, 19_000, true);
  view.setUint32(200, 5, true);
  view.setUint32(204, 1, true);
  view.setUint16(240, 3, true);
  const whole = decodeTcpInfo(view, 0, 280);
  assert.equal(whole?.rttMs, 20.5);
  assert.equal(whole?.minRttMs, 19);
  assert.equal(whole?.bytesSent, 0x1_0000_0005);
  assert.equal(whole?.totalRto, 3);
  const old = decodeTcpInfo(view, 0, 192);
  assert.equal(old?.bytesSent, null);
  assert.equal(old?.bytesRetrans, null);
  assert.equal(old?.totalRto, null);
  assert.equal(decodeTcpInfo(view, 0, 144)?.minRttMs, null);
  assert.equal(decodeTcpInfo(view, 0, 60), null);
  assert.equal(decodeTcpInfo(view, 200, 192), null);
  view.setUint32(148, 0xffff_ffff, true);
  assert.equal(decodeTcpInfo(view, 0, 280)?.minRttMs, null);
});
