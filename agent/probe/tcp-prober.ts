/**
 * TCP probes: one handshake each, its RTT as the kernel measured it.
 *
 * The RTT is `tcpi_rtt` right after the handshake: its only sample is SYN to SYN-ACK, taken in the kernel when the
 * segment was handed down and when the answer was processed, so a busy event loop or a late look changes nothing.
 *
 * A SYN that had to be sent again has no such RTT (Karn: nobody knows which SYN was answered). Then the RTT is the
 * time until the connection stood, which is what a client waits, a second or more; it is flagged `user`, and
 * `detail.tcp.synRetransmits` says why. With timeouts up to 1 s, the kernel's first retransmission, it is lost anyway.
 *
 * The end is orderly: FIN, then whatever the peer still says is read and thrown away until its own FIN. Closing
 * with SO_LINGER 0 would save our TIME_WAIT, but the peer's application would see a reset and log it for every probe.
 * So each probe leaves one TIME_WAIT for a minute (about 0.4 KB of kernel memory): 60 s / `every` of them per target.
 */
import type { ConnectedSocket } from '../kernel/connected-socket.ts';
import type { TcpInfo } from '../kernel/tcp-info.ts';
import type { Note, Outcome } from '../measure/singleton.ts';
import type { Milliseconds, TcpTarget } from '../measure/target.ts';
import type { Clock } from './clock.ts';
import { lookAtHandshake } from './handshake.ts';
import { openProbeSocket } from './open-probe-socket.ts';
import { type Exchange, type Method, Rounds, type RoundsDependencies } from './rounds.ts';

/**
 * `tcpi_rtt` is taken in TCP, so it also holds the way through qdisc and driver and the wait for the receive softirq:
 * against tcpdump on a veth pair it was 0.012 ms over the wire's time at the median, 0.04 ms at p99, 0.08 ms at most.
 */
const KERNEL_BAR_MS = 0.1;
/** `tcpi_last_ack_recv` counts ticks of the kernel's timer: 10 ms at its coarsest (HZ=100). */
const TICK_MS = 10;
/** How long a handshake is watched beyond its timeout, for a note of late replies, and a peer's FIN waited for. */
const LINGER_MS = 2000;

export function tcpProber(dependencies: RoundsDependencies): Rounds<TcpTarget> {
  return new Rounds(tcpMethod(dependencies.clock), dependencies);
}

function tcpMethod(clock: Clock): Method<TcpTarget> {
  return {
    timing: 'kernel',
    perTurn: 128,
    host: (target) => target.host,
    targets: () => {},
    start: (target, address) => {
      const sentMono = clock.mono();
      const opened = openProbeSocket('tcp', { address, port: target.port, source: target.source });
      return 'kind' in opened ? opened : new TcpExchange(opened, clock, sentMono, target.timeoutMs);
    },
  };
}

class TcpExchange implements Exchange {
  readonly #socket: ConnectedSocket;
  readonly #clock: Clock;
  readonly #sentMono: Milliseconds;
  readonly #timeoutMs: Milliseconds;
  #lastPollMono: Milliseconds;
  /** RTT of a handshake that was complete only after the timeout. */
  #lateMs: Milliseconds | null = null;
  /** `under way`: no answer yet; `ending`: FIN sent, the peer's awaited. */
  #state: 'under way' | 'ending' | 'closed' = 'under way';
  #lingerMono = 0;

  constructor(socket: ConnectedSocket, clock: Clock, sentMono: Milliseconds, timeoutMs: Milliseconds) {
    this.#socket = socket;
    this.#clock = clock;
    this.#sentMono = sentMono;
    this.#lastPollMono = sentMono;
    this.#timeoutMs = timeoutMs;
  }

  poll(): Outcome | null {
    const now = this.#clock.mono();
    const handshake = lookAtHandshake(this.#socket);
    if (handshake.kind === 'open') {
      this.#lastPollMono = now;
      return null;
    }
    if (handshake.kind === 'failed') {
      this.close();
      return handshake.outcome;
    }
    const { info } = handshake;
    this.#end(now);
    const timed = info.totalRetrans === 0 && info.rttMs > 0 ? byKernel(info) : this.#byClock(info, now);
    if (timed.rttMs <= this.#timeoutMs) return timed;
    this.#lateMs = timed.rttMs;
    return { kind: 'lost' };
  }

  expire(): Outcome {
    this.#lingerMono = this.#clock.mono() + Math.min(LINGER_MS, this.#timeoutMs);
    return { kind: 'lost' };
  }

  wind(note: (kind: Note['kind'], rttMs: Milliseconds | null) => void): boolean {
    if (this.#state === 'under way') this.poll();
    if (this.#lateMs !== null) note('late', this.#lateMs);
    this.#lateMs = null;
    const over = this.#clock.mono() >= this.#lingerMono || (this.#state === 'ending' && this.#socket.discard());
    if (over) this.close();
    return this.#state === 'closed';
  }

  close(): void {
    this.#socket.close();
    this.#state = 'closed';
  }

  #end(now: Milliseconds): void {
    this.#socket.shutdownWrite();
    this.#state = 'ending';
    this.#lingerMono = now + LINGER_MS;
  }

  /**
   * The connection stood between the last look without it and the last ACK the kernel saw, which was its own unless
   * the peer has spoken since.
   */
  #byClock(info: TcpInfo, now: Milliseconds): Outcome & { kind: 'reply' } {
    const ackMono = Math.max(this.#lastPollMono, now - info.lastAckRecvMs);
    return {
      kind: 'reply',
      rttMs: ackMono - this.#sentMono,
      timing: 'user',
      errorBarMs: Math.max(TICK_MS, ackMono - this.#lastPollMono),
      replyTtl: null,
      detail: tcpDetail(info),
    };
  }
}

function byKernel(info: TcpInfo): Outcome & { kind: 'reply' } {
  const { rttMs } = info;
  return { kind: 'reply', rttMs, timing: 'kernel', errorBarMs: KERNEL_BAR_MS, replyTtl: null, detail: tcpDetail(info) };
}

function tcpDetail(info: TcpInfo): { tcp: { rttMs: number | null; rttvarMs: number | null; synRetransmits: number } } {
  const known = info.rttMs > 0;
  const tcp = {
    rttMs: known ? info.rttMs : null,
    rttvarMs: known ? info.rttvarMs : null,
    synRetransmits: info.totalRetrans,
  };
  return { tcp };
}
