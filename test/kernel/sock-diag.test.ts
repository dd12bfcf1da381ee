/** The real kernel's sockets, of this process on loopback. Needs no privilege. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { SockDiag } from '../../agent/kernel/sock-diag.ts';
import { DIAG, STATES } from '../../agent/kernel/sock-diag-wire.ts';
import { AF } from '../../agent/kernel/sockets.ts';
import { decodeTcpInfo } from '../../agent/kernel/tcp-info.ts';

interface Row {
  readonly sport: number;
  readonly dport: number;
  readonly cookie: number;
  readonly bytesSent: number | null;
}

const collector = (rows: Row[]) => ({
  row: (view: DataView, message: number, info: number, length: number) =>
    rows.push({
      sport: view.getUint16(message + DIAG.SPORT),
      dport: view.getUint16(message + DIAG.DPORT),
      cookie: Number(view.getBigUint64(message + DIAG.COOKIE, true)),
      bytesSent: decodeTcpInfo(view, info, length)?.bytesSent ?? null,
    }),
});

function dump(diag: SockDiag, states: number): Row[] {
  const rows: Row[] = [];
  assert.equal(diag.beginDump(AF.INET, states), 0);
  for (let reads = 0; reads < 10_000; reads += 1) {
    const result = diag.readDump(collector(rows));
    assert.ok(result >= 0, `errno ${-result}`);
    if (result === 1) return rows;
  }
  throw new Error('the dump has no end');
}

test('a connection is in the dump while it lives and announced when it dies, under one cookie', async (t) => {
  const diag = SockDiag.open();
  if (!(diag instanceof SockDiag)) return t.skip(`sock_diag is not to be had here: ${diag.code}`);
  t.after(() => diag.close());
  const server = createServer((socket) => socket.resume().on('end', () => socket.end())).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  assert.ok(dump(diag, STATES.listen).some((row) => row.sport === port));

  const client: Socket = connect(port, '127.0.0.1');
  await once(client, 'connect');
  client.write('x'.repeat(1000));
  await sleep(50);
  const alive = dump(diag, STATES.flows).find((row) => row.dport === port);
  assert.ok(alive, 'the connection is not in the dump');
  assert.equal(alive.bytesSent, 1000);

  client.end('y'.repeat(500));
  await once(client, 'close');
  server.close();
  await once(server, 'close');
  const gone: Row[] = [];
  for (let i = 0; i < 50 && !gone.some((row) => row.cookie === alive.cookie); i += 1) {
    await sleep(20);
    diag.drainDestroyed(collector(gone), 10_000);
  }
  assert.deepEqual(
    gone.filter((row) => row.cookie === alive.cookie),
    [{ ...alive, bytesSent: 1500 }],
  );
  assert.equal(diag.dropped(), 0);
});
