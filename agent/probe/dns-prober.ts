/**
 * DNS probes: one question to a given server, its answer held against what is expected.
 *
 * The RTT is question out to answer in by the kernel's stamps, over UDP and over a connection. A truncated answer
 * (TC) is asked for again over TCP, as every client would; the RTT stays that of the datagrams, for it is the path
 * that is measured, but only the whole answer is judged.
 */
import { domainToASCII } from 'node:url';
import { keepStamping } from '../kernel/connected-socket.ts';
import { KernelUnavailable } from '../kernel/kernel-unavailable.ts';
import type { Detail, Note, Outcome } from '../measure/singleton.ts';
import type { DnsTarget, Milliseconds } from '../measure/target.ts';
import type { Clock } from './clock.ts';
import { askDns, type DnsAnswer, type DnsQuestion } from './dns-transport.ts';
import { type Exchange, type Method, Rounds, type RoundsDependencies } from './rounds.ts';
import type { StampedRtt } from './stamped-rtt.ts';
import { answerTexts, missingAnswers } from './wire-dns.ts';

/** How long duplicates and late answers are listened for, and a server's end of the connection waited for. */
const LINGER_MS = 2000;

export function dnsProber(dependencies: RoundsDependencies): Rounds<DnsTarget> {
  return new Rounds(dnsMethod(dependencies.clock), dependencies);
}

function dnsMethod(clock: Clock): Method<DnsTarget> {
  let release: (() => void) | null = null;
  return {
    timing: 'kernel',
    perTurn: 128,
    host: (target) => target.server,
    targets: (count) => {
      if (count > 0) release ??= stampingOrNothing();
      else {
        release?.();
        release = null;
      }
    },
    start: (target, address) => {
      const asked = inAscii(target);
      const question = askDns(asked, address, asked.transport, clock);
      return 'kind' in question ? question : new DnsExchange(asked, address, question, clock);
    },
  };
}

function stampingOrNothing(): () => void {
  try {
    return keepStamping();
  } catch (error) {
    if (error instanceof KernelUnavailable) return () => {}; // each probe says so
    throw error;
  }
}

/** Names with letters beyond ASCII are asked for in their encoded form (RFC 5891). */
function inAscii(target: DnsTarget): DnsTarget {
  const beyond = [...target.query].some((letter) => letter > '\u007f');
  return beyond ? { ...target, query: domainToASCII(target.query) || target.query } : target;
}

class DnsExchange implements Exchange {
  readonly #target: DnsTarget;
  readonly #address: string;
  readonly #clock: Clock;
  #question: DnsQuestion;
  /** Of the truncated answer over UDP, when the whole is being fetched over TCP. */
  #truncated: StampedRtt | null = null;
  #lateMs: Milliseconds | null = null;
  /** `late`: lost, an answer may still come; `answered`: a second one may. */
  #state: 'open' | 'late' | 'answered' | 'over' = 'open';
  #lingerMono = 0;
  #strangersNoted = 0;

  constructor(target: DnsTarget, address: string, question: DnsQuestion, clock: Clock) {
    this.#target = target;
    this.#address = address;
    this.#question = question;
    this.#clock = clock;
  }

  poll(): Outcome | null {
    const found = this.#question.poll();
    if (found === null) return null;
    if ('kind' in found) {
      this.#finish('over');
      return this.#truncated === null ? found : this.#onlyTruncated(found);
    }
    if (found.message.truncated && this.#target.transport === 'udp' && this.#truncated === null) {
      return this.#askOverTcp(found.rtt);
    }
    this.#finish('answered');
    const rtt = this.#truncated ?? found.rtt;
    if (rtt.rttMs <= this.#target.timeoutMs) return this.#judge(found, rtt);
    this.#lateMs = rtt.rttMs;
    return { kind: 'lost' };
  }

  expire(): Outcome {
    // A connection that took too long may not even have carried the question yet: nothing to wait for.
    this.#finish(this.#target.transport === 'udp' && this.#truncated === null ? 'late' : 'over');
    return this.#truncated === null ? { kind: 'lost' } : this.#onlyTruncated({ kind: 'lost' });
  }

  wind(note: (kind: Note['kind'], rttMs: Milliseconds | null) => void): boolean {
    if (this.#state === 'late' || this.#state === 'answered') {
      const found = this.#question.poll();
      if (found !== null && !('kind' in found)) {
        if (this.#state === 'late') this.#lateMs = found.rtt.rttMs;
        else note('duplicate', null);
        this.#state = 'answered';
      }
    }
    if (this.#lateMs !== null) note('late', this.#lateMs);
    this.#lateMs = null;
    for (; this.#strangersNoted < this.#question.strangers; this.#strangersNoted++) note('corrupt', null);
    const done = this.#state !== 'late' && this.#question.end();
    if (this.#state === 'over' || done || this.#clock.mono() >= this.#lingerMono) this.close();
    return this.#state === 'over';
  }

  close(): void {
    this.#question.close();
    this.#state = 'over';
  }

  #finish(state: 'late' | 'answered' | 'over'): void {
    this.#state = state;
    this.#lingerMono = this.#clock.mono() + Math.min(LINGER_MS, this.#target.timeoutMs);
  }

  #askOverTcp(rtt: StampedRtt): Outcome | null {
    this.#truncated = rtt;
    this.#question.close();
    const question = askDns(this.#target, this.#address, 'tcp', this.#clock);
    if ('kind' in question) {
      this.#finish('over');
      return this.#onlyTruncated(question);
    }
    this.#question = question;
    return null;
  }

  #onlyTruncated(why: Outcome): Outcome {
    const reason = why.kind === 'error' || why.kind === 'local' ? why.text : 'no answer within the timeout';
    const text = `the answer over UDP is truncated, and over TCP: ${reason}`;
    return { kind: 'error', code: 'dns-answer', text, from: this.#address, mtu: null };
  }

  #judge(found: DnsAnswer, rtt: StampedRtt): Outcome {
    const { rcode } = found.message;
    const answers = answerTexts(found.message, this.#target.type);
    const detail: Detail = { dns: { rcode, answers } };
    const error = (code: 'dns-rcode' | 'dns-answer', text: string): Outcome => {
      return { kind: 'error', code, text, from: this.#address, mtu: null, detail };
    };
    if (rcode !== 'NOERROR') return error('dns-rcode', rcode);
    const missing = missingAnswers(this.#target.expect ?? [], answers);
    if (missing.length > 0) {
      const got = answers.length === 0 ? `no ${this.#target.type} record` : answers.join(', ');
      return error('dns-answer', `${missing.join(', ')} not among the answers: ${got}`);
    }
    return { kind: 'reply', ...rtt, replyTtl: null, detail };
  }
}
