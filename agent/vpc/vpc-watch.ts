/**
 * Watches one VPC: asks AWS, remembers, and gives a view, events and evidence.
 *
 * Nothing here waits for AWS when it is asked for the view: answers come in beside, and the view is made anew only
 * after one came, or when time made a part stale. The arithmetic of the calls stands in `questions.ts`.
 */
import type { Milliseconds } from '../measure/target.ts';
import type { VpcPart, VpcPartName, VpcView } from '../verdict/vpc-view.ts';
import type { Answers, Known, Question } from './answers.ts';
import { type Assembled, assemble, type VpcEvidence } from './assemble.ts';
import type { VpcEvent } from './changes.ts';
import { type SavedMemory, VpcMemory } from './memory.ts';
import { Poller, type VpcClock } from './poller.ts';
import { questionsOf, type VpcDoors, type VpcEvery } from './questions.ts';
import type { RuleSite } from './rules/rule.ts';
import type { VpcLimits, VpcPlace } from './settings.ts';
import type { SitePlace } from './site-paths.ts';

export interface VpcWatchOptions {
  readonly doors: VpcDoors;
  readonly place: VpcPlace;
  readonly limits: VpcLimits;
  readonly every: VpcEvery;
  /** Parts that are asked for. */
  readonly features: Readonly<Record<VpcPartName, boolean>>;
  /** Rules that are not to be told, by id. */
  readonly silenced: readonly string[];
  /** The sites and the addresses of their targets as they are known by now. */
  readonly sites: () => readonly (SitePlace & RuleSite)[];
  readonly clock: VpcClock;
  /** 0 to 1 */
  readonly random: () => number;
  /** What an earlier life wrote; null for a beginning. */
  readonly saved: SavedMemory | null;
  /** An answer came: a look is worth while. */
  readonly onAnswer?: () => void;
}

const PARTS: readonly VpcPartName[] = ['subnets', 'ipam', 'addresses', 'tunnels', 'direct-connect', 'routes'];
/** Even when nothing comes the view is made anew this often: new targets and addresses get their ways. */
const ANEW_MS = 60_000;

export class VpcWatch {
  readonly #options: VpcWatchOptions;
  readonly #memory: VpcMemory;
  readonly #pollers: ReadonlyMap<VpcPartName, Poller>;
  #known: Known = {};
  readonly #settled = new Set<Question>();
  #made = 0;
  #throttled = 0;
  #latest: (Assembled & { readonly mono: Milliseconds; readonly statuses: string }) | null = null;
  #stale = true;
  #events: VpcEvent[] = [];

  constructor(options: VpcWatchOptions) {
    this.#options = options;
    const { doors, place, every, features, clock, random, saved } = options;
    this.#memory = new VpcMemory(saved?.vpcId === place.vpcId ? saved : null, clock.wall());
    const questions = questionsOf(doors, place, every, features, (told) => {
      this.#made += 1;
      if (!told.ok && told.failure.class === 'throttled') this.#throttled += 1;
    });
    this.#pollers = new Map(
      PARTS.filter((part) => features[part]).map((part) => [
        part,
        new Poller({
          part,
          plans: questions[part],
          clock,
          random,
          known: () => this.#known,
          settled: this.#settled,
          answered: (question, value) => this.#answered(question, value),
        }),
      ]),
    );
  }

  start(): void {
    for (const poller of this.#pollers.values()) poller.start();
  }

  close(): void {
    for (const poller of this.#pollers.values()) poller.close();
  }

  view(): VpcView {
    return this.#assembled().view;
  }

  /** What the verdict is told of the ways to sites, by site. */
  evidence(): ReadonlyMap<string, VpcEvidence> {
    return this.#assembled().evidence;
  }

  /** Events since the last call, the oldest first. */
  takeEvents(): VpcEvent[] {
    this.#assembled();
    const events = this.#events;
    this.#events = [];
    return events;
  }

  /** What the next life of the agent should know. */
  saved(): SavedMemory {
    return this.#memory.saved(this.#options.place.vpcId, this.#options.clock.wall());
  }

  #answered(question: Question, value: Answers[Question] | undefined): void {
    this.#settled.add(question);
    if (value !== undefined) this.#known = { ...this.#known, [question]: { value, at: this.#options.clock.wall() } };
    this.#stale = true;
    this.#options.onAnswer?.();
  }

  #parts(): VpcPart[] {
    const { addresses } = this.#options.every;
    const off = (name: VpcPartName): VpcPart => ({ name, status: 'off', at: null, everyMs: addresses, problem: null });
    return PARTS.map((name) => this.#pollers.get(name)?.part() ?? off(name));
  }

  #assembled(): Assembled {
    const { place, limits, silenced, sites, clock } = this.#options;
    const parts = this.#parts();
    const statuses = parts.map(({ status }) => status).join();
    const latest = this.#latest;
    const mono = clock.mono();
    if (latest !== null && !this.#stale && latest.statuses === statuses && mono - latest.mono < ANEW_MS) return latest;
    const assembled = assemble({
      known: this.#known,
      memory: this.#memory,
      place,
      limits,
      sites: sites(),
      parts,
      fresh: new Set([...this.#pollers.values()].flatMap((poller) => poller.fresh())),
      silenced,
      calls: { made: this.#made, throttled: this.#throttled },
      now: clock.wall(),
    });
    this.#stale = false;
    this.#events.push(...assembled.events);
    this.#latest = { ...assembled, mono, statuses };
    return assembled;
  }
}
