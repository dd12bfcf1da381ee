/**
 * Asks AWS one part's questions again and again, in order, each at its own pace.
 *
 * - The first round begins at a random moment of the first minute, each period is 10 % shorter or longer at random:
 *   agents that were started together do not stay together.
 * - A question that fails waits longer each time, a random share of twice, four times, eight times its period (full
 *   jitter: M. Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog), ten minutes or four periods at most.
 *   One that is denied is asked again after five minutes, so that a permission given is soon noticed.
 * - A question that fails does not keep the others from being asked.
 */
import type { AwsFailure } from '../aws/errors.ts';
import type { Milliseconds } from '../measure/target.ts';
import type { VpcPart, VpcPartName } from '../verdict/vpc-view.ts';
import type { Answers, Known, Question } from './answers.ts';
import type { Told } from './doors.ts';

/** What the pollers run on, so that a test can hand in its own. */
export interface VpcClock {
  /** CLOCK_MONOTONIC, ms. */
  mono(): Milliseconds;
  /** ms since the epoch. */
  wall(): Milliseconds;
  /** Calls back once after `delayMs`; returns what cancels that. */
  after(delayMs: Milliseconds, callback: () => void): () => void;
}

/** The first round begins within this, or within a period when that is shorter. */
const SPREAD_MS = 60_000;
const JITTER = 0.1;
const LONGEST_WAIT_MS = 600_000;
const LONGEST_WAIT_PERIODS = 4;
const DENIED_WAIT_MS = 300_000;
/** What waits for another part's answer is tried again after this, and a random time up to half the spread. */
const AGAIN_MS = 1000;
/** A door that has not answered by then is taken for dead. */
const ANSWER_MS = 90_000;
/** A part is stale when its latest answer is older than this many periods. */
const STALE_PERIODS = 3;

/** What a question needs to be asked: null while something it depends on is not known. */
export type Ask<Q extends Question> = (
  known: Known,
  signal: AbortSignal,
  settled: ReadonlySet<Question>,
) => Promise<Told<Answers[Q]>> | Told<Answers[Q]> | null;

export interface QuestionPlan<Q extends Question = Question> {
  readonly question: Q;
  readonly every: (known: Known) => Milliseconds;
  readonly ask: Ask<Q>;
}

export interface PollerOptions {
  readonly part: VpcPartName;
  readonly plans: readonly QuestionPlan[];
  readonly clock: VpcClock;
  /** 0 to 1 */
  readonly random: () => number;
  readonly known: () => Known;
  /** Questions that were answered or refused at least once. */
  readonly settled: ReadonlySet<Question>;
  /** An answer came; undefined: a failure. */
  readonly answered: (question: Question, value: Answers[Question] | undefined) => void;
}

interface Asked {
  readonly plan: QuestionPlan;
  dueMono: Milliseconds;
  failures: number;
  failure: AwsFailure | null;
  failingSince: number;
}

export class Poller {
  readonly #options: PollerOptions;
  readonly #asked: readonly Asked[];
  readonly #closed = new AbortController();
  #cancel: (() => void) | null = null;

  constructor(options: PollerOptions) {
    this.#options = options;
    this.#asked = options.plans.map((plan) => ({ plan, dueMono: 0, failures: 0, failure: null, failingSince: 0 }));
  }

  start(): void {
    const { clock, random } = this.#options;
    this.#cancel = clock.after(random() * this.#spreadMs(), () => void this.#round());
  }

  close(): void {
    this.#cancel?.();
    this.#closed.abort();
  }

  #spreadMs(): Milliseconds {
    return Math.min(SPREAD_MS, ...this.#asked.map(({ plan }) => plan.every(this.#options.known())));
  }

  /** How it stands with the part. */
  part(): VpcPart {
    const { part: name, known } = this.#options;
    const latest = known();
    const everyMs = Math.min(...this.#asked.map(({ plan }) => plan.every(latest)));
    const answers = this.#asked.flatMap(({ plan }) => latest[plan.question] ?? []);
    const at = answers.length === 0 ? null : Math.min(...answers.map((answer) => answer.at));
    const failing = this.#asked.filter(({ failure }) => failure !== null);
    const isWaiting = answers.length < this.#asked.length;
    const isOld = this.fresh().length < answers.length;
    const status = failing.length > 0 ? 'failing' : isOld ? 'stale' : isWaiting ? 'waiting' : 'ok';
    return { name, status, at, everyMs, problem: problemOf(failing) };
  }

  /** Questions whose latest answer is not too old to be believed. */
  fresh(): Question[] {
    const latest = this.#options.known();
    const now = this.#options.clock.wall();
    return this.#asked.flatMap(({ plan: { question, every } }) => {
      const answer = latest[question];
      return answer !== undefined && now - answer.at <= STALE_PERIODS * every(latest) ? [question] : [];
    });
  }

  async #round(): Promise<void> {
    const { clock, known, random } = this.#options;
    const began = clock.mono();
    const factor = 1 + JITTER * (2 * random() - 1);
    const againMs = AGAIN_MS + (random() * this.#spreadMs()) / 2;
    for (const asked of this.#asked) {
      // What falls due soon is asked along: questions of one part stay together.
      if (asked.dueMono > began + JITTER * asked.plan.every(known())) continue;
      const wasAsked = await this.#ask(asked);
      if (this.#closed.signal.aborted) return;
      if (!wasAsked) asked.dueMono = began + againMs;
      else if (asked.failure === null) asked.dueMono = began + factor * asked.plan.every(known());
      else asked.dueMono = began + this.#waitAfter(asked.failure, asked);
    }
    const next = Math.min(...this.#asked.map(({ dueMono }) => dueMono));
    this.#cancel = clock.after(Math.max(1000, next - clock.mono()), () => void this.#round());
  }

  #waitAfter(failure: AwsFailure, { plan, failures }: Asked): Milliseconds {
    const { random, known } = this.#options;
    const everyMs = plan.every(known());
    if (failure.class === 'denied' || failure.class === 'invalid')
      return Math.max(everyMs, DENIED_WAIT_MS) * (1 + JITTER * (2 * random() - 1));
    return Math.min(Math.max(LONGEST_WAIT_MS, LONGEST_WAIT_PERIODS * everyMs), everyMs * 2 ** failures) * random();
  }

  /** False when the question waits for another part's answer. */
  async #ask(asked: Asked): Promise<boolean> {
    const { clock, known, settled, answered } = this.#options;
    const { plan } = asked;
    const late = new AbortController();
    const signal = AbortSignal.any([this.#closed.signal, late.signal]);
    let cancel = (): void => undefined;
    const silence = new Promise<Told<never>>((resolve) => {
      cancel = clock.after(ANSWER_MS, () => {
        resolve({ ok: false, failure: NO_ANSWER });
        late.abort();
      });
    });
    let told: Told<Answers[Question]> | null;
    try {
      const asking = plan.ask(known(), signal, settled);
      told = asking instanceof Promise ? await Promise.race([asking, silence]) : asking;
    } catch (error) {
      told = { ok: false, failure: { ...NO_ANSWER, text: `the question could not be asked (${String(error)})` } };
    } finally {
      cancel();
    }
    if (told === null || this.#closed.signal.aborted) return false;
    if (told.ok) {
      asked.failures = 0;
      asked.failure = null;
      answered(plan.question, told.value);
      return true;
    }
    if (asked.failure === null) asked.failingSince = clock.wall();
    asked.failures += 1;
    asked.failure = told.failure;
    answered(plan.question, undefined);
    return true;
  }
}

const NO_ANSWER: AwsFailure = {
  class: 'transient',
  code: 'NoAnswer',
  status: null,
  text: `AWS has not answered within ${ANSWER_MS / 1000} s`,
  remedy: 'check the route to AWS: an interface endpoint in this VPC, a NAT gateway, or aws.proxy',
};

/** All that fails in a part as one problem: each text and each remedy once. */
function problemOf(failing: readonly Asked[]): VpcPart['problem'] {
  const [first] = failing;
  if (first === undefined) return null;
  const failures = failing.flatMap(({ failure }) => failure ?? []);
  const once = (texts: readonly string[]): string => [...new Set(texts)].join('; ');
  return {
    code: first.failure?.code ?? 'unknown',
    text: once(failures.map(({ text }) => text)),
    remedy: once(failures.map(({ remedy }) => remedy)),
    since: Math.min(...failing.map(({ failingSince }) => failingSince)),
  };
}
