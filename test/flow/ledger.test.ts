/**
 * The ledger against the definition: whatever dumps and announcements say in whatever order, what was counted of a
 * connection is what its counters said last, once.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { AT, COUNTERS, type Deltas } from '../../agent/flow/counters.ts';
import { type FlowBook, SocketLedger, TCP_STATE } from '../../agent/flow/ledger.ts';
import { emptyRow, type SocketRow } from '../../agent/kernel/socket-row.ts';

class Book implements FlowBook {
  readonly sums = new Float64Array(COUNTERS.length);
  readonly lost = new Float64Array(COUNTERS.length);
  openNow = 0;
  rttSamples = 0;

  listens(port: number): boolean {
    return port < 1024;
  }
  flow(): number {
    return 0;
  }
  add(_flow: number, deltas: Deltas, _row: SocketRow | null, rttFresh: boolean): void {
    for (const [i, delta] of deltas.entries()) this.sums[i] = (this.sums[i] ?? 0) + delta;
    if (rttFresh) this.rttSamples += 1;
  }
  open(_flow: number, by: 1 | -1): void {
    this.openNow += by;
  }
  unattributed(deltas: Deltas): void {
    for (const [i, delta] of deltas.entries()) this.lost[i] = (this.lost[i] ?? 0) + delta;
  }
}

interface Connection {
  readonly cookie: number;
  sent: number;
  received: number;
  retransmits: number;
  rtos: number;
}

function rowOf(connection: Connection, ending = false): SocketRow {
  return Object.assign(emptyRow(), {
    state: ending ? TCP_STATE.CLOSE : TCP_STATE.ESTABLISHED,
    localPort: 40_000,
    remotePort: 443,
    remote: Uint8Array.from([10, 0, 0, 1, ...new Array<number>(12).fill(0)]),
    cookie: connection.cookie,
    hasInfo: true,
    rttUs: 1000,
    totalRetrans: connection.retransmits % 2 ** 32,
    bytesAcked: connection.sent + 1 + (ending ? 1 : 0),
    bytesReceived: connection.received,
    segsOut: 3 + connection.sent,
    segsIn: 2 + connection.received,
    bytesSent: connection.sent + 7 * connection.retransmits,
    bytesRetrans: 7 * connection.retransmits,
    totalRto: connection.rtos % 65_536,
  });
}

const step = fc.record({
  kind: fc.constantFrom('open', 'move', 'dump', 'die', 'piece'),
  which: fc.nat(9),
  bytes: fc.nat(100_000),
  loss: fc.nat(3),
  rtos: fc.nat(70_000),
});

test('any interleaving of dumps, pieces of dumps and deaths counts everything once', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
      const book = new Book();
      const ledger = new SocketLedger(book);
      ledger.beginDump();
      ledger.endDump();
      const live: Connection[] = [];
      const truth = { opened: 0, closed: 0, sent: 0, received: 0, retransmits: 0, rtos: 0 };
      let dumping: SocketRow[] | null = null;
      let cookie = 1;
      const die = (connection: Connection): void => {
        truth.sent += connection.sent;
        truth.received += connection.received;
        truth.retransmits += connection.retransmits;
        truth.rtos += connection.rtos;
        truth.closed += 1;
        ledger.dead(rowOf(connection, true));
      };
      const finishDump = (): void => {
        for (const row of dumping ?? []) ledger.alive(row);
        if (dumping) ledger.endDump();
        dumping = null;
      };
      for (const { kind, which, bytes, loss, rtos } of steps) {
        const chosen = live[which % Math.max(1, live.length)];
        if (kind === 'open') {
          live.push({ cookie: cookie++, sent: 0, received: 0, retransmits: 0, rtos: 0 });
          truth.opened += 1;
        } else if (kind === 'move' && chosen) {
          chosen.sent += bytes;
          chosen.received += bytes >> 1;
          chosen.retransmits += loss;
          // Between two looks the 16-bit counter may wrap once, no more.
          if (loss === 3 && dumping === null) {
            finishDump();
            ledger.beginDump();
            for (const connection of live) ledger.alive(rowOf(connection));
            ledger.endDump();
            chosen.rtos += rtos % 65_536;
          }
        } else if (kind === 'dump') {
          finishDump();
          ledger.beginDump();
          // The kernel wrote these rows into its buffer now; they may be read after later deaths.
          dumping = live.map((connection) => rowOf(connection));
        } else if (kind === 'piece' && dumping) {
          const next = (dumping as SocketRow[]).shift();
          if (next) ledger.alive(next);
        } else if (kind === 'die' && chosen) {
          live.splice(live.indexOf(chosen), 1);
          die(chosen);
        }
      }
      finishDump();
      for (const connection of live.splice(0)) die(connection);
      assert.deepEqual(
        {
          opened: book.sums[AT.opened],
          closed: book.sums[AT.closed],
          sent: book.sums[AT.bytesOut],
          received: book.sums[AT.bytesIn],
          retransmits: book.sums[AT.retransmissions],
          rtos: book.sums[AT.timeouts],
        },
        truth,
      );
      assert.equal(book.openNow, 0);
      assert.equal(ledger.size, 0);
      assert.equal(book.sums[AT.resets], 0);
      assert.equal(book.sums[AT.failedConnects], 0);
    }),
    { numRuns: 2000 },
  );
});
