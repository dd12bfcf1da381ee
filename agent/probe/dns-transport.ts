/**
 * One DNS question on its way: as a datagram (RFC 1035 §4.2.1) or on a connection of its own (§4.2.2, RFC 7766), where
 * each message has its length in two bytes before it.
 *
 * A question goes out under a random identifier from a port that the kernel picks at random, and only what comes from
 * the server asked (the socket is connected) with that identifier and that question is an answer (RFC 5452 §9).
 * Over a connection the RTT is the question's own, the handshake not included, so that it compares with UDP's.
 */
import { randomInt } from 'node:crypto';
import type { ConnectedSocket } from '../kernel/connected-socket.ts';
import { errnoName } from '../kernel/errno.ts';
import type { Outcome } from '../measure/singleton.ts';
import type { DnsTarget } from '../measure/target.ts';
import type { Clock } from './clock.ts';
import { connectionError, lookAtHandshake } from './handshake.ts';
import { icmpReason } from './icmp-reason.ts';
import { localReason } from './local-reason.ts';
import { openProbeSocket } from './open-probe-socket.ts';
import { StampedQuestion, type StampedRtt } from './stamped-rtt.ts';
import { answersQuery, type DnsMessage, decodeMessage, encodeQuery } from './wire-dns.ts';

export interface DnsAnswer {
  readonly message: DnsMessage;
  readonly rtt: StampedRtt;
}

/** A question under way. */
export interface DnsQuestion {
  /** The answer, or why there will be none; null while that is open. */
  poll(): DnsAnswer | Outcome | null;
  /** Says that no more is wanted. True when nothing more can come. */
  end(): boolean;
  /** Messages that came but are no answer to this question. */
  readonly strangers: number;
  close(): void;
}

/** Asks the server at `address`; gives why it cannot when this host refuses. */
export function askDns(
  target: DnsTarget,
  address: string,
  transport: 'udp' | 'tcp',
  clock: Clock,
): DnsQuestion | Outcome {
  const id = randomInt(0x1_0000);
  const query = encodeQuery(id, target.query, target.type);
  if (query === null) return { kind: 'local', code: 'other', text: `"${target.query}" is no domain name` };
  const socket = openProbeSocket(transport, { address, port: target.port, source: null });
  if ('kind' in socket) return socket;
  const isAnswer = (message: DnsMessage): boolean => answersQuery(message, id, target.query, target.type);
  if (transport === 'tcp') return new StreamQuestion(socket, clock, query, isAnswer);
  const question = new DatagramQuestion(socket, clock, address, isAnswer);
  const errno = question.send(query);
  if (errno === 0) return question;
  question.close();
  return localReason(errnoName(errno), address, null);
}

class DatagramQuestion implements DnsQuestion {
  strangers = 0;
  readonly #socket: ConnectedSocket;
  readonly #address: string;
  readonly #isAnswer: (message: DnsMessage) => boolean;
  readonly #stamps: StampedQuestion;

  constructor(socket: ConnectedSocket, clock: Clock, address: string, isAnswer: (message: DnsMessage) => boolean) {
    this.#socket = socket;
    this.#address = address;
    this.#isAnswer = isAnswer;
    this.#stamps = new StampedQuestion(clock);
  }

  /** 0 or a positive errno. */
  send(query: Uint8Array): number {
    const errno = this.#socket.send(query);
    this.#stamps.sent();
    return errno;
  }

  poll(): DnsAnswer | Outcome | null {
    for (;;) {
      const { icmp, stampMs } = this.#socket.nextError();
      // An ICMP error is stamped too, with when it came.
      if (icmp !== null) return this.#refusal(icmpReason(icmp));
      if (stampMs === null) break;
      this.#stamps.stamped(stampMs);
    }
    for (;;) {
      const received = this.#socket.receive();
      if (received === null) break;
      if (typeof received === 'number') return connectionError(received);
      const message = decodeMessage(received.bytes);
      if (message !== null && this.#isAnswer(message)) {
        return { message, rtt: this.#stamps.answered(received.stampMs) };
      }
      this.strangers += 1;
    }
    this.#stamps.looked();
    return null;
  }

  /** "Port unreachable" from the server itself says that no DNS server listens there. */
  #refusal(error: Outcome & { kind: 'error' }): Outcome {
    if (error.code !== 'port-unreachable' || error.from !== this.#address) return error;
    return { ...error, code: 'refused', text: 'port unreachable: no DNS server listens there' };
  }

  end(): boolean {
    return false;
  }

  close(): void {
    this.#socket.close();
  }
}

class StreamQuestion implements DnsQuestion {
  strangers = 0;
  readonly #socket: ConnectedSocket;
  readonly #clock: Clock;
  readonly #query: Uint8Array;
  readonly #isAnswer: (message: DnsMessage) => boolean;
  /** null until the connection stands and the question is out. */
  #stamps: StampedQuestion | null = null;
  #held = new Uint8Array(0);
  #ended = false;

  constructor(socket: ConnectedSocket, clock: Clock, query: Uint8Array, isAnswer: (message: DnsMessage) => boolean) {
    this.#socket = socket;
    this.#clock = clock;
    this.#query = query;
    this.#isAnswer = isAnswer;
  }

  poll(): DnsAnswer | Outcome | null {
    if (this.#stamps === null) {
      const handshake = lookAtHandshake(this.#socket);
      if (handshake.kind === 'open') return null;
      if (handshake.kind === 'failed') return handshake.outcome;
      return this.#send();
    }
    const { icmp, stampMs } = this.#socket.nextError();
    if (icmp === null && stampMs !== null) this.#stamps.stamped(stampMs);
    for (;;) {
      const received = this.#socket.receive();
      if (received === null) break;
      if (typeof received === 'number') return connectionError(received);
      if (received.bytes.length === 0) {
        const text = 'the server closed the connection before its answer was complete';
        return { kind: 'error', code: 'reset', text, from: null, mtu: null };
      }
      const message = this.#take(received.bytes);
      if (message !== null) return { message, rtt: this.#stamps.answered(received.stampMs) };
    }
    this.#stamps.looked();
    return null;
  }

  #send(): Outcome | null {
    const { length } = this.#query;
    const framed = Uint8Array.of(length >> 8, length & 0xff, ...this.#query);
    this.#stamps = new StampedQuestion(this.#clock);
    const errno = this.#socket.send(framed);
    this.#stamps.sent();
    return errno === 0 ? null : connectionError(errno);
  }

  /** Adds what has come and gives the answer once it is whole. */
  #take(bytes: Uint8Array): DnsMessage | null {
    const held = new Uint8Array(this.#held.length + bytes.length);
    held.set(this.#held);
    held.set(bytes, this.#held.length);
    this.#held = held;
    for (;;) {
      const length = ((this.#held[0] ?? 0) << 8) | (this.#held[1] ?? 0);
      if (this.#held.length < 2 || this.#held.length < 2 + length) return null;
      const message = decodeMessage(this.#held.subarray(2, 2 + length));
      if (message !== null && this.#isAnswer(message)) return message;
      this.strangers += 1;
      this.#held = this.#held.slice(2 + length);
    }
  }

  end(): boolean {
    if (!this.#ended) this.#socket.shutdownWrite();
    this.#ended = true;
    return this.#socket.discard();
  }

  close(): void {
    this.#socket.close();
  }
}
