/**
 * Whether the TCP connections of a group fare as they usually do: retransmissions of the last minute against what has
 * been usual for the group. Pure: counts and times in, evidence for the verdict out.
 *
 * The usual ratio is learnt from what is older than the last minute, while nothing is wrong, and forgets by half in ten
 * minutes, so a link that always loses a little is not called bad for it, and trouble that begins does not become usual
 * before it is seen. Trouble begins at four times the usual and at least 1 %, with enough segments for
 * that to mean something, in two looks in a row; it ends below half of that.
 */
import type { Milliseconds } from '../measure/target.ts';
import type { TcpEvidence } from '../verdict/evidence.ts';

/** Counts since the beginning. */
export interface GroupCounts {
  readonly segmentsOut: number;
  readonly retransmissions: number;
  /** null where the kernel cannot tell. */
  readonly timeouts: number | null;
}

interface Look extends GroupCounts {
  readonly mono: Milliseconds;
  /** Trouble was about when it was within the minute that is judged. */
  spoilt: boolean;
}

const SPAN_MS = 60_000;
/** Half-life of what is usual. */
const HALF_MS = 600_000;
/** Before this much was seen without trouble there is nothing usual yet. */
const LEARN_MS = 60_000;
const FEWEST_SEGMENTS = 200;
const FEWEST_RETRANSMISSIONS = 5;
const LEAST_RATIO = 0.01;
const FACTOR = 4;
const LOOKS = 2;

export class GroupHealth {
  readonly #looks: Look[] = [];
  #usualSegments = 0;
  #usualRetransmissions = 0;
  #learntMs = 0;
  #over = 0;
  #troubled = false;

  /** At the end of each dump; null when nothing was sent to say anything by. @param moving flows that moved data since the last look */
  look(mono: Milliseconds, counts: GroupCounts, moving: number, rttMs: Milliseconds | null): TcpEvidence | null {
    this.#looks.push({ mono, ...counts, spoilt: false });
    this.#letGo(mono);
    const first = this.#looks[0];
    const segments = counts.segmentsOut - (first?.segmentsOut ?? 0);
    const retransmissions = counts.retransmissions - (first?.retransmissions ?? 0);
    const ratio = segments > 0 ? retransmissions / segments : null;
    this.#judge(segments, retransmissions);
    if (this.#troubled || this.#over > 0) for (const look of this.#looks) look.spoilt = true;
    if (segments === 0 && moving === 0) return null;
    const timeouts = counts.timeouts === null ? null : counts.timeouts - (first?.timeouts ?? 0);
    return {
      flowsMovingData: moving,
      healthy: moving > 0 && !this.#troubled && this.#over === 0,
      rttMs,
      retransmitRatio: ratio,
      baselineRetransmitRatio: this.#usual(),
      timeouts,
    };
  }

  /** null until enough was seen. */
  #usual(): number | null {
    return this.#learntMs < LEARN_MS || this.#usualSegments === 0
      ? null
      : this.#usualRetransmissions / this.#usualSegments;
  }

  #judge(segments: number, retransmissions: number): void {
    const limit = Math.max(LEAST_RATIO, FACTOR * (this.#usual() ?? 0));
    const ratio = segments > 0 ? retransmissions / segments : 0;
    if (this.#troubled) {
      if (ratio < limit / 2) {
        this.#troubled = false;
        this.#over = 0;
      }
      return;
    }
    const isOver = segments >= FEWEST_SEGMENTS && retransmissions >= FEWEST_RETRANSMISSIONS && ratio >= limit;
    this.#over = isOver ? this.#over + 1 : 0;
    this.#troubled = this.#over >= LOOKS;
  }

  /** What leaves the minute is learnt from. */
  #letGo(mono: Milliseconds): void {
    for (;;) {
      const [first, second, third] = this.#looks;
      if (first === undefined || second === undefined || third === undefined || mono - second.mono < SPAN_MS) return;
      if (!second.spoilt) this.#learn(first, second);
      this.#looks.shift();
    }
  }

  #learn(from: Look, to: Look): void {
    const ms = to.mono - from.mono;
    const fade = 0.5 ** (ms / HALF_MS);
    this.#usualSegments = this.#usualSegments * fade + to.segmentsOut - from.segmentsOut;
    this.#usualRetransmissions = this.#usualRetransmissions * fade + to.retransmissions - from.retransmissions;
    if (to.segmentsOut > from.segmentsOut) this.#learntMs += ms;
  }
}
