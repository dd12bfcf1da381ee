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
  leftOut(): void {
    assert.fail('nothing is left out of this book');
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
  /** In no dump: over but for the application that holds it, or passed over. */
  hidden?: boolean;
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
    bytesReceived: connection.received + (ending ? 1 : 0),
    segsOut: 3 + connection.sent,
    segsIn: 2 + connection.received,
    bytesSent: connection.sent + 7 * connection.retransmits,
    bytesRetrans: 7 * connection.retransmits,
    totalRto: connection.rtos % 65_536,
  });
}

const step = fc.record({
  kind: fc.constantFrom('open', 'move', 'dump', 'die', 'piece', 'hide', 'show'),
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
        } else if (chosen && (kind === 'hide' || kind === 'show')) {
          chosen.hidden = kind === 'hide';
        } else if (kind === 'move' && chosen && chosen.hidden !== true) {
          chosen.sent += bytes;
          chosen.received += bytes >> 1;
          chosen.retransmits += loss;
          // Between two looks the 16-bit counter may wrap once, no more.
          if (loss === 3 && dumping === null) {
            finishDump();
            ledger.beginDump();
            for (const connection of live) if (connection.hidden !== true) ledger.alive(rowOf(connection));
            ledger.endDump();
            chosen.rtos += rtos % 65_536;
          }
        } else if (kind === 'dump') {
          finishDump();
          ledger.beginDump();
          // The kernel wrote these rows into its buffer now; they may be read after later deaths.
          dumping = live.filter(({ hidden }) => hidden !== true).map((connection) => rowOf(connection));
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

/** A ledger past its first dump, and its book. */
function begun(): { ledger: SocketLedger; book: Book } {
  const book = new Book();
  const ledger = new SocketLedger(book);
  ledger.beginDump();
  ledger.endDump();
  return { ledger, book };
}

const fresh = (): Connection => ({ cookie: 7, sent: 500, received: 100, retransmits: 0, rtos: 0 });

test('the peer’s FIN is no payload, whichever way it shows', () => {
  const cases: {
    readonly name: string;
    readonly rows: readonly Partial<SocketRow>[];
    readonly death: Partial<SocketRow>;
  }[] = [
    { name: 'an orderly end', rows: [], death: { bytesReceived: 101 } },
    {
      name: 'a dump in CLOSE_WAIT, then a reset',
      rows: [{ state: TCP_STATE.CLOSE_WAIT, bytesReceived: 101 }],
      death: { bytesReceived: 101, bytesAcked: 501 },
    },
    { name: 'a FIN nobody read, then a reset', rows: [], death: { bytesReceived: 101, unread: 1, bytesAcked: 501 } },
    {
      name: 'a dump after the last byte, then an end without the peer’s FIN',
      rows: [{ bytesReceived: 100 }],
      death: { bytesReceived: 100 },
    },
  ];
  for (const { name, rows, death } of cases) {
    const { ledger, book } = begun();
    for (const row of rows) {
      ledger.beginDump();
      ledger.alive(Object.assign(rowOf(fresh()), row));
      ledger.endDump();
    }
    ledger.dead(Object.assign(rowOf(fresh(), true), death));
    assert.equal(book.sums[AT.bytesIn], 100, name);
  }
});

test('a server’s connection that was reset before it said or heard a byte was open all the same', () => {
  const { ledger, book } = begun();
  ledger.dead(
    Object.assign(rowOf({ ...fresh(), sent: 0, received: 0 }), { localPort: 443, remotePort: 40_000, bytesAcked: 0 }),
  );
  assert.equal(book.sums[AT.opened], 1);
  assert.equal(book.sums[AT.failedConnects], 0);
  assert.equal(book.sums[AT.resets], 1);
});

test('32-bit counters wrap', () => {
  const { ledger, book } = begun();
  const row = (segments: number, retransmissions: number): SocketRow =>
    Object.assign(rowOf(fresh()), { segsOut: segments, totalRetrans: retransmissions });
  for (const [segments, retransmissions] of [
    [2 ** 32 - 5, 2 ** 32 - 1],
    [10, 3],
  ] as const) {
    ledger.beginDump();
    ledger.alive(row(segments, retransmissions));
    ledger.endDump();
  }
  assert.equal(book.sums[AT.segmentsOut], 2 ** 32 + 10);
  assert.equal(book.sums[AT.retransmissions], 2 ** 32 + 3);
});

test('a cookie that comes back after its socket was forgotten is a new connection', () => {
  const { ledger, book } = begun();
  ledger.dead(rowOf(fresh(), true));
  ledger.dead(rowOf({ ...fresh(), sent: 1 }, true));
  assert.equal(book.sums[AT.closed], 2);
  assert.equal(book.sums[AT.bytesOut], 501);
});

test('a connection that is over but still held by its application is closed once, however late its end is told', () => {
  const { ledger, book } = begun();
  const held = { ...fresh(), cookie: 77 };
  const dump = (...rows: SocketRow[]): void => {
    ledger.beginDump();
    for (const row of rows) ledger.alive(row);
    ledger.endDump();
  };
  dump(rowOf(held));
  assert.deepEqual([ledger.size, book.openNow], [1, 1]);
  for (let n = 0; n < 5; n += 1) dump();
  assert.equal(book.openNow, 1, 'a dump may pass over it');
  dump();
  assert.deepEqual([ledger.size, book.openNow, book.sums[AT.closed]], [0, 0, 1]);
  ledger.dead(Object.assign(rowOf({ ...held, sent: held.sent + 9 }, true)));
  assert.deepEqual([book.sums[AT.opened], book.sums[AT.closed], book.openNow], [1, 1, 0]);
  assert.equal(book.sums[AT.bytesOut], held.sent + 9, 'what it sent after the last look');
});

test('of connections whose announcement never comes only so many are remembered', () => {
  const { ledger, book } = begun();
  const rows = Array.from({ length: 12_000 }, (_, index) => rowOf({ ...fresh(), cookie: 1000 + index }));
  ledger.beginDump();
  for (const row of rows) ledger.alive(row);
  ledger.endDump();
  for (let n = 0; n < 6; n += 1) {
    ledger.beginDump();
    ledger.endDump();
  }
  assert.equal(book.sums[AT.closed], 12_000);
  // The last one is remembered, the first is not.
  ledger.dead(Object.assign(rows.at(-1)!, { state: TCP_STATE.CLOSE }));
  assert.equal(book.sums[AT.opened], 12_000);
  ledger.dead(Object.assign(rows[0]!, { state: TCP_STATE.CLOSE }));
  assert.equal(book.sums[AT.opened], 12_001);
});

test('a connect that went out of sight is a failure or a connection by its announcement', () => {
  const { ledger, book } = begun();
  const row = Object.assign(rowOf({ ...fresh(), cookie: 5, sent: 0, received: 0 }), { state: TCP_STATE.SYN_SENT });
  ledger.beginDump();
  ledger.alive(row);
  ledger.endDump();
  for (let n = 0; n < 8; n += 1) {
    ledger.beginDump();
    ledger.endDump();
  }
  assert.deepEqual([book.openNow, book.sums[AT.failedConnects]], [0, 0]);
  ledger.dead(rowOf({ ...fresh(), cookie: 5 }, true));
  assert.deepEqual([book.sums[AT.opened], book.sums[AT.closed], book.sums[AT.failedConnects]], [1, 1, 0]);
});
