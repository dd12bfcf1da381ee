import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { systemClock } from '../../agent/kernel/clock.ts';
import {
  type ConnectedSocket,
  type Destination,
  keepStamping,
  openTcp,
  openUdp,
} from '../../agent/kernel/connected-socket.ts';
import { ERRNO } from '../../agent/kernel/errno.ts';
import { readControl } from '../../agent/kernel/error-queue.ts';
import { readSocketAddress, writeSocketAddress } from '../../agent/kernel/socket-address.ts';

const to = (address: string, port: number, source: string | null = null): Destination => ({ address, port, source });

function opened(t: TestContext, opening: ReturnType<typeof openTcp>): ConnectedSocket {
  assert.ok(opening.ok, JSON.stringify(opening));
  t.after(() => opening.socket.close());
  return opening.socket;
}

async function listen(t: TestContext, address: string, serve: (socket: Socket) => void): Promise<number> {
  const server = createServer({ allowHalfOpen: true }, serve);
  server.listen(0, address);
  await once(server, 'listening');
  t.after(() => server.close());
  return (server.address() as AddressInfo).port;
}

/** A port where nobody listens. */
async function freePort(address = '127.0.0.1'): Promise<number> {
  const server = createServer().listen(0, address);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

for (const address of ['127.0.0.1', '::1']) {
  test(`a handshake with ${address} has the kernel's RTT, and ends without a reset on either side`, async (t) => {
    let ended: string | null = null;
    const port = await listen(t, address, (socket) => {
      socket.write('SSH-2.0-somebody\r\n');
      socket.on('end', () => socket.end()).on('error', (error) => (ended = String(error)));
      socket.on('close', (failed) => (ended ??= failed ? 'failed' : 'orderly')).resume();
    });
    const socket = opened(t, openTcp(to(address, port)));
    await sleep(20);
    const info = socket.tcpInfo();
    assert.equal(info?.state, 1);
    assert.ok(info.rttMs > 0 && info.rttMs < 1000, `${info.rttMs} ms`);
    assert.equal(socket.takeError(), 0);
    socket.shutdownWrite();
    for (let n = 0; n < 100 && !socket.discard(); n++) await sleep(10);
    assert.ok(socket.discard());
    socket.close();
    await sleep(20);
    assert.equal(ended, 'orderly');
  });

  test(`a datagram to ${address} is stamped on its way out and in`, async (t) => {
    const server = createSocket(address.includes(':') ? 'udp6' : 'udp4');
    t.after(() => server.close());
    await new Promise<void>((done) => server.bind(0, address, done));
    server.on('message', (message, from) => server.send(message, from.port, from.address));
    t.after(keepStamping());
    await sleep(50);
    const socket = opened(t, openUdp(to(address, server.address().port)));
    const before = systemClock().wall();
    assert.equal(socket.send(Uint8Array.of(1, 2, 3)), 0);
    await sleep(50);
    const after = systemClock().wall();
    const sent = socket.nextError();
    const received = socket.receive();
    assert.ok(received !== null && typeof received !== 'number');
    assert.deepEqual([...received.bytes], [1, 2, 3]);
    assert.ok(sent.stampMs !== null && received.stampMs !== null, `sent ${sent.stampMs}, received ${received.stampMs}`);
    assert.ok(before - 1 <= sent.stampMs && sent.stampMs < received.stampMs && received.stampMs <= after + 1);
    assert.equal(socket.receive(), null);
    assert.deepEqual(socket.nextError(), { icmp: null, stampMs: null });
  });

  test(`a datagram to a closed port of ${address} comes back as ICMP, with who said so`, async (t) => {
    const socket = opened(t, openUdp(to(address, await freePort(address))));
    socket.send(Uint8Array.of(1));
    await sleep(20);
    let { icmp } = socket.nextError();
    icmp ??= socket.nextError().icmp; // the stamp may come first
    const six = address.includes(':');
    assert.deepEqual(icmp, {
      errno: ERRNO.ECONNREFUSED,
      family: six ? 6 : 4,
      type: six ? 1 : 3,
      code: six ? 4 : 3,
      info: 0,
      from: address,
    });
  });
}

test('a refused handshake is refused by the peer, without ICMP, and has no RTT', async (t) => {
  const socket = opened(t, openTcp(to('127.0.0.1', await freePort())));
  await sleep(20);
  assert.equal(socket.tcpInfo()?.state, 7);
  assert.equal(socket.tcpInfo()?.rttMs, 0);
  assert.equal(socket.takeError(), ERRNO.ECONNREFUSED);
  assert.equal(socket.nextError().icmp, null);
});

test('what this host refuses says at which step', () => {
  assert.deepEqual(openTcp(to('not-an-address', 80)), { ok: false, step: 'address', errno: ERRNO.EINVAL, icmp: null });
  assert.deepEqual(openUdp(to('127.0.0.1', 80, '192.0.2.250')), {
    ok: false,
    step: 'bind',
    errno: ERRNO.EADDRNOTAVAIL,
    icmp: null,
  });
  assert.deepEqual(openTcp(to('fe80::1%no-such-if', 80)), {
    ok: false,
    step: 'address',
    errno: ERRNO.ENODEV,
    icmp: null,
  });
});

test('the source address is the one asked for', async (t) => {
  const from: (string | undefined)[] = [];
  const port = await listen(t, '127.0.0.1', (socket) => {
    from.push(socket.remoteAddress);
    socket.destroy();
  });
  opened(t, openTcp(to('127.0.0.1', port, '127.0.0.77')));
  await sleep(20);
  assert.deepEqual(from, ['127.0.0.77']);
});

test('socket addresses survive the way into memory and back', () => {
  const view = new DataView(new ArrayBuffer(32));
  assert.equal(writeSocketAddress(view, 2, '10.20.0.1', 443), 16);
  assert.deepEqual([...new Uint8Array(view.buffer, 2, 16)], [2, 0, 1, 187, 10, 20, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0]);
  assert.equal(readSocketAddress(view, 2), '10.20.0.1');
  assert.equal(writeSocketAddress(view, 0, 'fe80::1%1', 53), 28);
  assert.equal(view.getUint32(24, true), 1);
  assert.equal(readSocketAddress(view, 0), 'fe80::1');
  assert.equal(writeSocketAddress(view, 0, '10.0.0.1%lo', 53), -ERRNO.EINVAL);
  view.setUint16(0, 1, true);
  assert.equal(readSocketAddress(view, 0), null);
});

test('control data that is cut short or lies about its length is no error and no stamp', () => {
  const view = new DataView(new ArrayBuffer(64));
  const entry = (size: number, level: number, type: number): void => {
    view.setUint32(0, size, true);
    view.setInt32(8, level, true);
    view.setInt32(12, type, true);
    view.setUint32(16, 1, true);
  };
  const nothing = { icmp: null, stampMs: null };
  entry(64, 1, 37);
  assert.notEqual(readControl(view, 0, 64).stampMs, null);
  assert.deepEqual(readControl(view, 0, 63), nothing);
  assert.deepEqual(readControl(view, 0, 10), nothing);
  entry(24, 0, 11);
  assert.deepEqual(readControl(view, 0, 64), nothing);
  entry(0, 0, 11);
  assert.deepEqual(readControl(view, 0, 64), nothing);
});
