/**
 * The in-flight ledger: every probe that was sent, until it is certain what became of it, and for a while after.
 *
 * A probe's key is (target, protocol, flow id, sequence). The first three make a *stream*, which has a ring of its
 * latest probes; the sequence picks the place in the ring. Finished probes stay in the ring until they are
 * overwritten, so a second reply is a duplicate and one after its timeout is late, neither a new probe nor noise.
 *
 * Each probe yields exactly one singleton: reply, lost, error or local, whichever comes first. Everything after
 * that is a note. Times are monotonic milliseconds handed in by the caller, and arrivals are judged by when the
 * packet arrived, not by when it was read: a loop that stood still finds its replies on time in the socket's buffer.
 */
import type { LocalCode, Outcome, ProbeSink } from '../measure/singleton.ts';
import { type Blindness, BlindTimes } from './ledger-blind.ts';
import { ProbeSlots } from './ledger-slots.ts';
import { DeadlineWheel } from './ledger-wheel.ts';

export interface StreamKey {
  /** The target's id, as its singletons carry it. */
  readonly target: number;
  readonly protocol: 'icmp' | 'udp' | 'tcp';
  /** What routers may hash a path from: ICMP identifier, UDP or TCP source port. */
  readonly flow: number;
}

/** States of a slot. */
const FREE = 0;
const OUT = 1;
const ANSWERED = 2;
const LOST = 3;

/** A ring remembers at least this many probes … */
const SHALLOWEST = 16;
/** … and at most as many as a 16-bit sequence tells apart. */
const DEEPEST = 0x8000;
/** Late and duplicate replies are recognised for this long after the timeout, at least. */
const MEMORY_MS = 2000;
const WHEEL_MS = 50;

/**
 * Bound of the error of a kernel-stamped RTT against the wire, ms: the stamps are taken a few µs from the driver.
 * Against a packet capture on the sender, 99 of 100 RTTs were within 27 to 54 µs under every load tried, most of
 * that the capture's own. What the hardware adds behind the driver cannot be seen from the host.
 */
export const KERNEL_ERROR_BAR_MS = 0.05;

interface Stream {
  readonly key: StreamKey;
  readonly timeoutMs: number;
  readonly base: number;
  readonly mask: number;
  next: number;
  /** Highest sequence replied to; −1 before the first. */
  highest: number;
}

export class Ledger {
  readonly #sink: ProbeSink;
  readonly #wheel: DeadlineWheel;
  readonly #blind = new BlindTimes();
  readonly #streams: (Stream | null)[] = [];
  readonly #freeStreams: number[] = [];
  readonly #slots = new ProbeSlots();
  #longestTimeoutMs = 0;
  /** REALTIME − MONOTONIC, to give singletons a wall time. */
  wallOffset: number;

  constructor(sink: ProbeSink, nowMono: number, wallOffset: number) {
    this.#sink = sink;
    this.#wheel = new DeadlineWheel(WHEEL_MS, nowMono);
    this.wallOffset = wallOffset;
  }

  /** Probes that are out. */
  get outstanding(): number {
    return this.#wheel.size;
  }

  /** When the next timeout is to be judged, at most 50 ms after it; Infinity when nothing is out. */
  nextDue(): number {
    return this.#wheel.nextDue();
  }

  /** Opens a stream that sends every `everyMs`. Returns its number, which is small and is used again. */
  open(key: StreamKey, everyMs: number, timeoutMs: number): number {
    const wanted = Math.ceil((timeoutMs + MEMORY_MS) / everyMs) + 1;
    const depth = 2 ** Math.ceil(Math.log2(Math.min(DEEPEST, Math.max(SHALLOWEST, wanted))));
    const stream: Stream = { key, timeoutMs, base: this.#slots.take(depth), mask: depth - 1, next: 0, highest: -1 };
    this.#wheel.grow(this.#slots.capacity);
    this.#longestTimeoutMs = Math.max(this.#longestTimeoutMs, timeoutMs);
    const number = this.#freeStreams.pop() ?? this.#streams.length;
    this.#streams[number] = stream;
    return number;
  }

  /** Ends a stream; what is out ends silently. */
  close(number: number): void {
    const stream = this.#streams[number];
    if (!stream) return;
    for (let slot = stream.base; slot <= stream.base + stream.mask; slot += 1) {
      if (this.#slots.state[slot] === OUT) this.#wheel.clear(slot);
    }
    this.#streams[number] = null;
    this.#freeStreams.push(number);
    this.#slots.give(stream.base, stream.mask + 1);
  }

  /**
   * A probe is about to go. Returns its slot, by which it is known from here on, or −1 when the ring is full of
   * probes still out, which the ring's size rules out while timeouts are judged.
   */
  begin(number: number, nowMono: number, nonceHigh: number, nonceLow: number): number {
    const stream = this.#streams[number];
    if (!stream) return -1;
    const slot = stream.base + (stream.next & stream.mask);
    if (this.#slots.state[slot] === OUT) return -1;
    this.#slots.state[slot] = OUT;
    this.#slots.stream[slot] = number;
    this.#slots.sequence[slot] = stream.next;
    this.#slots.nonceHigh[slot] = nonceHigh;
    this.#slots.nonceLow[slot] = nonceLow;
    this.#slots.before[slot] = nowMono;
    this.#slots.after[slot] = nowMono;
    this.#slots.stamp[slot] = Number.NaN;
    this.#wheel.set(slot, nowMono + stream.timeoutMs);
    stream.next += 1;
    return slot;
  }

  /** The sequence that the stream's next probe will have. */
  upcoming(number: number): number {
    return this.#streams[number]?.next ?? 0;
  }

  sequence(slot: number): number {
    return this.#slots.sequence[slot] ?? 0;
  }

  stream(slot: number): number {
    return this.#slots.stream[slot] ?? -1;
  }

  /** The send that held this probe returned now. */
  sent(slot: number, nowMono: number): void {
    if (this.#slots.state[slot] === OUT) this.#slots.after[slot] = nowMono;
  }

  /** The kernel stamped the packet's leaving. A stamp from before the send is another packet's. */
  stamped(slot: number, stampMono: number): void {
    if (this.#slots.state[slot] === OUT && stampMono >= (this.#slots.before[slot] ?? 0) - KERNEL_ERROR_BAR_MS) {
      this.#slots.stamp[slot] = stampMono;
    }
  }

  /** The slot of a stream's probe by the low 16 bits of its sequence; −1 when that is forgotten or never was. */
  find(number: number, sequence16: number): number {
    const stream = this.#streams[number];
    if (!stream) return -1;
    const slot = stream.base + (sequence16 & stream.mask);
    return this.#slots.state[slot] !== FREE && ((this.#slots.sequence[slot] ?? 0) & 0xffff) === sequence16 ? slot : -1;
  }

  matches(slot: number, nonceHigh: number, nonceLow: number): boolean {
    return this.#slots.nonceHigh[slot] === nonceHigh && this.#slots.nonceLow[slot] === nonceLow;
  }

  /** True while the probe is out without a kernel stamp. */
  lacksStamp(slot: number): boolean {
    return this.#slots.state[slot] === OUT && Number.isNaN(this.#slots.stamp[slot] ?? Number.NaN);
  }

  /**
   * A reply to the probe arrived at `atMono`. `barMs` is 0 for a kernel stamp; else the arrival was timed in user
   * space and is that uncertain.
   */
  reply(slot: number, atMono: number, barMs: number, replyTtl: number | null): void {
    const stream = this.#streams[this.#slots.stream[slot] ?? -1];
    if (!stream) return;
    const before = this.#slots.before[slot] ?? 0;
    const stamp = this.#slots.stamp[slot] ?? Number.NaN;
    const kernel = !Number.isNaN(stamp);
    // Without a stamp the packet left within the send call, and before its reply came.
    const latest = Math.max(before, Math.min(this.#slots.after[slot] ?? before, atMono));
    const left = kernel ? stamp : (before + latest) / 2;
    const rttMs = atMono - left;
    if (this.#slots.state[slot] !== OUT) {
      const late = this.#slots.state[slot] === LOST;
      this.#note(slot, late ? 'late' : 'duplicate', late ? rttMs : null, atMono);
      return;
    }
    if (rttMs > stream.timeoutMs) {
      this.#wheel.clear(slot);
      this.#lose(slot);
      this.#note(slot, 'late', rttMs, atMono);
      return;
    }
    this.#wheel.clear(slot);
    this.#slots.state[slot] = ANSWERED;
    const spoilt = this.#blind.spoiling(before, atMono);
    if (spoilt !== null) {
      this.#local(slot, spoilt.code, spoilt.text);
    } else if (rttMs < -KERNEL_ERROR_BAR_MS) {
      // An answer before its question, by more than the stamps allow: the clock was set unseen.
      this.#local(slot, 'other', 'the clock changed while the probe was out');
    } else {
      const errorBarMs = KERNEL_ERROR_BAR_MS + barMs + (kernel ? 0 : (latest - before) / 2);
      const timing = kernel && barMs === 0 ? 'kernel' : 'user';
      const outcome: Outcome = { kind: 'reply', rttMs: Math.max(rttMs, 0), timing, errorBarMs, replyTtl };
      this.#finish(slot, outcome, this.#reordered(slot, stream));
    }
  }

  /** The network or the far end refused the probe. Ignored when it is finished already. */
  error(slot: number, outcome: Outcome & { kind: 'error' }): void {
    if (this.#slots.state[slot] !== OUT) return;
    this.#wheel.clear(slot);
    this.#slots.state[slot] = ANSWERED;
    this.#finish(slot, outcome, false);
  }

  /** The probe did not leave this host, or what became of it cannot be told. */
  refuse(slot: number, code: LocalCode, text: string): void {
    if (this.#slots.state[slot] !== OUT) return;
    this.#wheel.clear(slot);
    this.#slots.state[slot] = ANSWERED;
    this.#local(slot, code, text);
  }

  /** A probe that could not even begin: it counts in the sequence all the same, and takes no slot. */
  unsent(number: number, nowMono: number, code: LocalCode, text: string): void {
    const stream = this.#streams[number];
    if (!stream) return;
    const sequence = stream.next;
    stream.next += 1;
    this.#tell(stream, sequence, nowMono, { kind: 'local', code, text }, false);
  }

  /** Something came that looks like an answer to this probe but is not what was sent. */
  corrupt(slot: number, atMono: number): void {
    this.#note(slot, 'corrupt', null, atMono);
  }

  /**
   * Between these times this host could not see, so a probe out at the time that stays unanswered is no loss. With
   * `spoils` its RTT is worth nothing either.
   */
  blind(blindness: Blindness): void {
    this.#blind.add(blindness);
  }

  /** Everything that arrived up to `horizonMono` has been handed in: who is overdue by then is lost. */
  expire(horizonMono: number): void {
    this.#wheel.collect(horizonMono, this.#lose);
    this.#blind.forget(horizonMono - this.#longestTimeoutMs);
  }

  /** A property, so that it can be handed on without a closure for each tick. */
  readonly #lose = (slot: number): void => {
    this.#slots.state[slot] = LOST;
    const before = this.#slots.before[slot] ?? 0;
    const timeout = this.#streams[this.#slots.stream[slot] ?? -1]?.timeoutMs ?? 0;
    const reason = this.#blind.during(before, before + timeout);
    if (reason === null) this.#finish(slot, { kind: 'lost' }, false);
    else this.#local(slot, reason.code, reason.text);
  };

  #reordered(slot: number, stream: Stream): boolean {
    const sequence = this.#slots.sequence[slot] ?? 0;
    if (sequence < stream.highest) return true;
    stream.highest = sequence;
    return false;
  }

  #local(slot: number, code: LocalCode, text: string): void {
    this.#finish(slot, { kind: 'local', code, text }, false);
  }

  #finish(slot: number, outcome: Outcome, reordered: boolean): void {
    const stream = this.#streams[this.#slots.stream[slot] ?? -1];
    if (!stream) return;
    const stamp = this.#slots.stamp[slot] ?? Number.NaN;
    const sentMono = Number.isNaN(stamp) ? (this.#slots.before[slot] ?? 0) : stamp;
    this.#tell(stream, this.#slots.sequence[slot] ?? 0, sentMono, outcome, reordered);
  }

  #tell({ key }: Stream, sequence: number, sentMono: number, outcome: Outcome, reordered: boolean): void {
    const sentWall = sentMono + this.wallOffset;
    this.#sink.singleton({ target: key.target, sequence, sentMono, sentWall, outcome, reordered });
  }

  #note(slot: number, kind: 'duplicate' | 'late' | 'corrupt', rttMs: number | null, atMono: number): void {
    const target = this.#streams[this.#slots.stream[slot] ?? -1]?.key.target ?? -1;
    this.#sink.note({ target, sequence: this.#slots.sequence[slot] ?? 0, kind, rttMs, atMono });
  }
}
