/**
 * The ICMP engine's sending: all that is due, in batches, within limits, and what the kernel refused by name.
 *
 * After each turn what arrived is read, so that sending never starves receiving; after 1024 probes in one tick
 * the event loop gets its turn.
 */
import { errnoName } from '../kernel/errno.ts';
import type { Milliseconds } from '../measure/target.ts';
import type { IcmpReception } from './icmp-reception.ts';
import { type IcmpStream, local } from './icmp-stream.ts';
import { localReason } from './local-reason.ts';
import type { Nonces } from './nonces.ts';
import type { Schedule } from './schedule.ts';
import { writeEchoRequest } from './wire-icmp.ts';

const PER_TURN = 256;
const TURNS = 4;
/** Bytes of an ICMP header. */
const HEADER = 8;

export class IcmpTransmission {
  /** Probes more than half an interval late or left out, and probes that found the send queue full. */
  late = 0;
  noBuffers = 0;
  /** When one of these was last counted. */
  overloadedMono: Milliseconds = Number.NEGATIVE_INFINITY;
  readonly #reception: IcmpReception;
  readonly #schedule: Schedule;
  readonly #nonces: Nonces;
  /** Slots staged and not yet sent. */
  readonly #staged: number[] = [];

  constructor(reception: IcmpReception, schedule: Schedule, nonces: Nonces) {
    this.#reception = reception;
    this.#schedule = schedule;
    this.#nonces = nonces;
  }

  /** Sends what is due; true when the tick's share is used up and something may still be due. */
  sendDue(): boolean {
    for (let turn = 0; turn < TURNS; turn += 1) {
      if (this.#turn() < PER_TURN) return false;
      this.#reception.refresh();
      this.#reception.receive();
    }
    return true;
  }

  /** The kernel would not send the probe of this slot. */
  readonly refused = (slot: number, errno: number): void => {
    const { ledger, streams } = this.#reception;
    const stream = streams.byNumber[ledger.stream(slot)];
    if (!stream) return;
    if (stream.refusal?.errno !== errno) {
      const outcome = localReason(errnoName(errno), stream.target.host, stream.target.source);
      stream.refusal = { errno, outcome };
    }
    const { code, text } = stream.refusal.outcome;
    if (code === 'overload') {
      this.noBuffers += 1;
      this.overloadedMono = this.#reception.nowMono;
    }
    ledger.refuse(slot, code, text);
    // The interface may come back under another index; a source address may be what is missing, which opening tells.
    const doubtful = stream.target.source !== null && (code === 'no-route' || code === 'other');
    if (code === 'interface-down' || doubtful) streams.closeRoute(stream);
  };

  #turn(): number {
    const { late, skipped } = this.#schedule;
    let taken = 0;
    while (taken < PER_TURN) {
      const missed = this.#schedule.skipped;
      const stream = this.#reception.streams.byNumber[this.#schedule.take(this.#reception.nowMono)];
      if (!stream) break;
      taken += 1;
      if (this.#schedule.skipped > missed) this.#leaveOut(stream, this.#schedule.skipped - missed);
      if (stream.remaining > 0) this.#send(stream);
    }
    this.#flush();
    const behind = this.#schedule.late - late + (this.#schedule.skipped - skipped);
    if (behind > 0) this.overloadedMono = this.#reception.nowMono;
    this.late += behind;
    return taken;
  }

  #leaveOut(stream: IcmpStream, missed: number): void {
    const text = `${missed} probe${missed > 1 ? 's' : ''} left out: the agent came too late to send`;
    this.#countDown(stream);
    this.#reception.ledger.unsent(stream.number, this.#reception.nowMono, 'overload', text);
  }

  #countDown(stream: IcmpStream): void {
    stream.remaining -= 1;
    if (stream.remaining === 0) this.#schedule.remove(stream.number);
  }

  #send(stream: IcmpStream): void {
    const { ledger, nowMono, streams, doors } = this.#reception;
    this.#countDown(stream);
    streams.bind(stream, doors, nowMono, ledger.upcoming(stream.number));
    if (stream.door === null) {
      const { code, text } = stream.reason ?? local('other', 'there is no way to the target');
      ledger.unsent(stream.number, nowMono, code, text);
      return;
    }
    const high = this.#nonces.word();
    const low = this.#nonces.word();
    const slot = ledger.begin(stream.number, nowMono, high, low);
    if (slot < 0) {
      ledger.unsent(stream.number, nowMono, 'overload', 'too many probes of this target are still out');
      return;
    }
    const sequence = (ledger.sequence(slot) + stream.salt) & 0xffff;
    const { door, size, seed, identifier, number } = stream;
    const at = this.#stage(stream, slot);
    writeEchoRequest(door.outgoing, at, door.family, size, seed, identifier, sequence, number, high, low);
    this.#staged.push(slot);
  }

  /** Where in the door's memory the message goes. A full batch is sent first. */
  #stage(stream: IcmpStream, slot: number): number {
    const length = HEADER + stream.size;
    const at = stream.door?.stage(stream.route, slot, length) ?? -1;
    if (at >= 0) return at;
    this.#flush();
    return stream.door?.stage(stream.route, slot, length) ?? 0;
  }

  #flush(): void {
    if (this.#staged.length === 0) return;
    const { doors, ledger } = this.#reception;
    doors.flush();
    this.#reception.refresh();
    for (const slot of this.#staged) ledger.sent(slot, this.#reception.nowMono);
    this.#staged.length = 0;
    doors.drainStamps();
  }
}
