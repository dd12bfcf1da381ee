/** What the state of the VPC needs of the past: what was said last, how addresses were used, what routes there were. */
import type { AwsRouteTable } from '../aws/vpc-shapes.ts';
import { Book, type Entry } from './book.ts';
import { type TrendPast, UsageTrend } from './usage-trend.ts';

/** What outlives a restart, as it stands on disk. */
export interface SavedMemory {
  readonly version: 1;
  readonly vpcId: string;
  /** Wall time it was written. */
  readonly at: number;
  readonly trends: Readonly<Record<string, TrendPast>>;
  readonly book: readonly (readonly [key: string, entry: Entry])[];
  /** LastStatusChange of tunnels, by key. */
  readonly marks: Readonly<Record<string, number>>;
}

/** Older than this, what was said before says nothing about what changed while nobody looked. */
const BOOK_LASTS_MS = 86_400_000;

export class VpcMemory {
  readonly trends: Map<string, UsageTrend>;
  readonly book: Book;
  /** LastStatusChange told last, by tunnel. */
  readonly marks: Map<string, number>;
  /** Until when a subnet that was filling is not called better, by id. */
  readonly heldUntil = new Map<string, number>();
  /** Changes of tunnels since the agent began. */
  readonly changes = new Map<string, number>();
  /** Kinds of things of which everything was noted once. */
  readonly kinds = new Set<string>();
  /** Gateways the routes of each site pointed to last: they carried it when its routes are gone. */
  readonly siteGateways = new Map<string, ReadonlySet<string>>();
  /** Time of the latest answer of subnets whose use was taken. */
  usedAt = 0;
  /** Route tables whose changes were told. */
  tables: readonly AwsRouteTable[] | null = null;

  /** @param now wall time */
  constructor(saved: SavedMemory | null = null, now = 0) {
    const isFresh = saved !== null && now - saved.at < BOOK_LASTS_MS && saved.at <= now;
    this.trends = new Map(Object.entries(saved?.trends ?? {}).map(([id, past]) => [id, new UsageTrend(past)]));
    this.book = new Book(isFresh ? saved.book : []);
    this.marks = new Map(isFresh ? Object.entries(saved.marks) : []);
  }

  trend(id: string): UsageTrend {
    const known = this.trends.get(id);
    if (known !== undefined) return known;
    const fresh = new UsageTrend();
    this.trends.set(id, fresh);
    return fresh;
  }

  /** @param at wall time */
  saved(vpcId: string, at: number): SavedMemory {
    const trends = Object.fromEntries([...this.trends].map(([id, trend]) => [id, trend.past()]));
    return { version: 1, vpcId, at, trends, book: this.book.entries(), marks: Object.fromEntries(this.marks) };
  }
}

/** What a file holds, when it is what {@link VpcMemory.saved} wrote */
export function readMemory(text: string): SavedMemory | null {
  try {
    const saved = JSON.parse(text) as Partial<SavedMemory> | null;
    const isOurs =
      saved?.version === 1 &&
      typeof saved.vpcId === 'string' &&
      typeof saved.at === 'number' &&
      isRecord(saved.trends) &&
      Object.values(saved.trends).every(isPast) &&
      Array.isArray(saved.book) &&
      saved.book.every(isEntry) &&
      isRecord(saved.marks) &&
      Object.values(saved.marks).every((mark) => typeof mark === 'number');
    return isOurs ? (saved as SavedMemory) : null;
  } catch {
    return null;
  }
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isReadings = (value: unknown): boolean =>
  Array.isArray(value) &&
  value.every((one) => Array.isArray(one) && one.length === 2 && one.every((part) => typeof part === 'number'));

const isPast = (value: unknown): boolean => isRecord(value) && isReadings(value['hour']) && isReadings(value['day']);

const STATES: readonly unknown[] = ['up', 'degraded', 'down', 'unknown'];

function isEntry(value: unknown): boolean {
  if (!Array.isArray(value) || value.length !== 2 || typeof value[0] !== 'string' || !isRecord(value[1])) return false;
  const { said, state, since } = value[1];
  return typeof said === 'string' && STATES.includes(state) && typeof since === 'number';
}
