/** A watch through the real SDK before a server that answers as AWS does, on a clock that a test moves. */
import type { TestContext } from 'node:test';
import type { VpcView } from '../../agent/verdict/vpc-view.ts';
import type { VpcEvent } from '../../agent/vpc/changes.ts';
import { VpcWatch, type VpcWatchOptions } from '../../agent/vpc/vpc-watch.ts';
import { type VpcRig as Doors, vpcRig } from '../aws/vpc-rig.ts';
import { directConnect, SUBNET_IDS, VPC_ID, vgwWithTwoVpns, withIpam } from '../fakes/aws/vpc-stories.ts';
import { ACCOUNT, type World } from '../fakes/aws/world.ts';
import { HeapClock } from '../fakes/heap-clock.ts';
import { seeded } from '../fakes/random.ts';
import { EVERY, LIMITS, MINUTE, type WatchedSite } from './rig.ts';

export class Day {
  readonly doors: Doors;
  readonly clock: HeapClock;
  readonly watch: VpcWatch;
  sites: WatchedSite[] = [];
  events: VpcEvent[] = [];
  #out = 0;

  constructor(doors: Doors, over: Partial<VpcWatchOptions> = {}) {
    this.doors = doors;
    this.clock = new HeapClock(() => this.#quiet());
    const counted = <T extends object>(door: T): T =>
      new Proxy(door, {
        get: (target, name) => {
          const method: unknown = Reflect.get(target, name);
          if (typeof method !== 'function') return method;
          return async (...args: unknown[]) => {
            this.#out += 1;
            try {
              return await (method.apply(target, args) as unknown);
            } finally {
              this.#out -= 1;
            }
          };
        },
      });
    this.watch = new VpcWatch({
      doors: { ec2: counted(doors.ec2), directConnect: counted(doors.directConnect) },
      place: {
        vpcId: VPC_ID,
        region: 'ap-southeast-2',
        accountId: ACCOUNT,
        ownSubnetIds: [SUBNET_IDS[0]],
        cidrs: ['10.0.0.0/16'],
      },
      limits: LIMITS,
      every: EVERY,
      features: { subnets: true, ipam: true, addresses: true, tunnels: true, 'direct-connect': true, routes: true },
      silenced: [],
      sites: () => this.sites,
      clock: this.clock,
      random: seeded(11),
      saved: null,
      ...over,
    });
    this.watch.start();
  }

  get world(): World {
    return this.doors.server.world;
  }

  async pass(ms: number): Promise<VpcView> {
    for (let left = ms; left > 0; left -= MINUTE) {
      await this.clock.advance(Math.min(left, MINUTE));
      this.events.push(...this.watch.takeEvents());
    }
    return this.watch.view();
  }

  told(): string[] {
    const texts = this.events.map(({ text }) => text);
    this.events = [];
    return texts;
  }

  /** Waits for the answers that are out. */
  async #quiet(): Promise<void> {
    for (let calm = 0; calm < 3; calm = this.#out === 0 ? calm + 1 : 0) await new Promise(setImmediate);
  }
}

export async function day(t: TestContext, world: World, over: Partial<VpcWatchOptions> = {}): Promise<Day> {
  return new Day(await vpcRig(t, world), over);
}

/** Direct Connect and VPN at one gateway. */
export function everything(): World {
  const world = directConnect();
  world.vpnConnections = vgwWithTwoVpns().vpnConnections;
  return withIpam(world);
}
