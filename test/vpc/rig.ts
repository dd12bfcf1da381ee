/** A watch on a fake clock before fake doors. */
import type { VpcPartName, VpcView } from '../../agent/verdict/vpc-view.ts';
import type { VpcEvent } from '../../agent/vpc/changes.ts';
import type { SavedMemory } from '../../agent/vpc/memory.ts';
import type { VpcLimits, VpcPlace } from '../../agent/vpc/settings.ts';
import { VpcWatch, type VpcWatchOptions } from '../../agent/vpc/vpc-watch.ts';
import { FakeClock } from '../fakes/clock.ts';
import { seeded } from '../fakes/random.ts';
import { ACCOUNT, FakeDoors, SUBNET, VPC } from '../fakes/vpc-doors.ts';

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;

export const LIMITS: VpcLimits = {
  usageDegraded: 0.8,
  usageDown: 0.95,
  exhaustionMs: 24 * HOUR,
  routesDegraded: 0.8,
  propagatedRoutes: 100,
  staticRoutes: 50,
  prefixes: 100,
};

export const PLACE: VpcPlace = {
  vpcId: VPC,
  region: 'ap-southeast-2',
  accountId: ACCOUNT,
  ownSubnetIds: [SUBNET],
  cidrs: ['10.0.0.0/16'],
};

export const EVERY = { tunnels: MINUTE, directConnect: MINUTE, addresses: 5 * MINUTE, routes: 5 * MINUTE };

const ALL: Readonly<Record<VpcPartName, boolean>> = {
  subnets: true,
  ipam: true,
  addresses: true,
  tunnels: true,
  'direct-connect': true,
  routes: true,
};

export type WatchedSite = ReturnType<VpcWatchOptions['sites']>[number];

export const watched = (name: string, cidrs: readonly string[], over: Partial<WatchedSite> = {}): WatchedSite => ({
  name,
  cidrs,
  targets: [],
  expect: { link: null, mtu: null },
  ...over,
});

export class VpcRig {
  readonly doors: FakeDoors;
  readonly clock: FakeClock;
  readonly watch: VpcWatch;
  sites: WatchedSite[] = [];
  events: VpcEvent[] = [];

  constructor(
    doors = new FakeDoors(),
    over: Partial<VpcWatchOptions> = {},
    { clock = new FakeClock(), saved = null }: { clock?: FakeClock; saved?: SavedMemory | null } = {},
  ) {
    this.doors = doors;
    this.clock = clock;
    this.watch = new VpcWatch({
      doors,
      place: PLACE,
      limits: LIMITS,
      every: EVERY,
      features: ALL,
      silenced: [],
      sites: () => this.sites,
      clock,
      random: seeded(1),
      saved,
      ...over,
    });
    this.watch.start();
  }

  /** Lets time pass, with a look every minute as the agent has one every second. */
  async pass(ms: number): Promise<VpcView> {
    for (let left = ms; left > 0; left -= MINUTE) {
      await this.clock.advance(Math.min(left, MINUTE));
      this.events.push(...this.watch.takeEvents());
    }
    return this.watch.view();
  }

  /** Texts of events since the last call. */
  told(): string[] {
    const texts = this.events.map(({ text }) => text);
    this.events = [];
    return texts;
  }
}
