/** Each rule on an account of AWS that it speaks of, and on one that it does not, through the real SDK. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { RULES } from '../../agent/vpc/rules/all.ts';
import { installRoutes, setTunnel } from '../fakes/aws/vpc-day.ts';
import {
  directConnect,
  LAG_ID,
  nothing,
  PRIVATE_TABLE_ID,
  propagated,
  TGW_ID,
  transitGateway,
  VGW_ID,
  VIF_IDS,
  VPC_ID,
  VPN_IDS,
  vgwWithTwoVpns,
  withIpam,
} from '../fakes/aws/vpc-stories.ts';
import { OTHER_ACCOUNT, type World } from '../fakes/aws/world.ts';
import { day, everything } from './day.ts';
import { MINUTE, type WatchedSite, watched } from './rig.ts';

interface Case {
  readonly world: World;
  readonly sites?: readonly WatchedSite[];
}

/** Of a rule: an account where it finds something, with whom and a part of its words; one where it does not. */
interface Row {
  readonly finds: Case;
  readonly subject: string;
  readonly text: RegExp;
  readonly silent: Case;
}

const changed = (world: World, change: (world: World) => void): World => {
  change(world);
  return world;
};

const syd = (
  link: WatchedSite['expect']['link'],
  mtu: number | null = null,
  cidrs = ['10.20.0.0/24'],
): WatchedSite[] => [watched('syd-dc1', cidrs, { expect: { link, mtu } })];

const table = (world: World) => world.routeTables.find(({ RouteTableId }) => RouteTableId === PRIVATE_TABLE_ID)!;

const onDevices = (devices: readonly string[], locations: readonly string[] = ['EqSY3', 'EqSY3']): World =>
  changed(directConnect(), ({ virtualInterfaces }) => {
    for (const [index, one] of virtualInterfaces.entries()) {
      one.location = locations[index];
      for (const peer of one.bgpPeers ?? []) peer.awsLogicalDeviceId = devices[index];
    }
  });

const oneInterface = (): World =>
  changed(directConnect(), (world) => {
    world.virtualInterfaces = world.virtualInterfaces.slice(0, 1);
    world.attachments = world.attachments.slice(0, 1);
  });

const ROWS: Readonly<Record<string, Row>> = {
  R01: {
    finds: {
      world: changed(vgwWithTwoVpns(), (world) => {
        table(world).PropagatingVgws = [];
        table(world).Routes = table(world).Routes?.filter(({ GatewayId }) => GatewayId === 'local');
      }),
    },
    subject: PRIVATE_TABLE_ID,
    text: /neither takes its routes nor has one to it/,
    silent: {
      world: changed(vgwWithTwoVpns(), (world) => {
        world.routeTables = world.routeTables.filter((one) => one === table(world));
      }),
    },
  },
  R02: {
    finds: { world: nothing(), sites: syd(null, null, ['10.0.128.0/17']) },
    subject: 'syd-dc1',
    text: /10\.0\.128\.0\/17 of syd-dc1 overlaps 10\.0\.0\.0\/16/,
    silent: { world: nothing(), sites: syd(null) },
  },
  R03: {
    finds: { world: vgwWithTwoVpns(), sites: syd('vpn', 1500) },
    subject: 'syd-dc1',
    text: /1500 bytes; a VPN tunnel takes 1446/,
    silent: { world: vgwWithTwoVpns(), sites: syd('vpn', 1446) },
  },
  R04: {
    finds: { world: everything() },
    subject: VGW_ID,
    text: /Direct Connect wins and the MTU is 1500/,
    silent: { world: directConnect() },
  },
  R05: {
    finds: {
      world: changed(vgwWithTwoVpns(), (world) =>
        installRoutes(
          world,
          PRIVATE_TABLE_ID,
          Array.from({ length: 40 }, (_, i) => propagated(`10.21.${i}.0/24`)),
        ),
      ),
    },
    subject: PRIVATE_TABLE_ID,
    text: /80 of 100 propagated routes/,
    silent: { world: vgwWithTwoVpns() },
  },
  R06: {
    finds: {
      world: changed(directConnect(), ({ lags }) => {
        for (const lag of lags) lag.minimumLinks = 2;
      }),
    },
    subject: LAG_ID,
    text: /has 2 connections and needs 2 of them/,
    silent: { world: directConnect() },
  },
  R07: {
    finds: {
      world: changed(vgwWithTwoVpns(), (world) =>
        setTunnel(world, VPN_IDS[0], '203.0.113.2', { status: 'DOWN', at: Date.now(), message: 'IPSEC IS DOWN' }),
      ),
    },
    subject: VPN_IDS[0],
    text: /runs over 203\.0\.113\.1 alone; 203\.0\.113\.2 is down/,
    silent: { world: vgwWithTwoVpns() },
  },
  R08: {
    finds: { world: directConnect() },
    subject: VIF_IDS[0],
    text: /does not tell whether BFD runs/,
    silent: { world: vgwWithTwoVpns() },
  },
  R09: {
    finds: { world: directConnect() },
    subject: 'EqSY3-abcdef123456',
    text: /all end at EqSY3-abcdef123456/,
    silent: { world: onDevices(['EqSY3-a', 'EqSY3-b']) },
  },
  R10: {
    finds: { world: onDevices(['EqSY3-a', 'EqSY3-b']) },
    subject: 'EqSY3',
    text: /all stand at EqSY3/,
    silent: { world: onDevices(['EqSY3-a', 'EqME1-b'], ['EqSY3', 'EqME1']) },
  },
  R11: {
    finds: { world: oneInterface() },
    subject: VIF_IDS[0],
    text: /the only way to this VPC/,
    silent: {
      world: changed(oneInterface(), (world) => {
        world.vpnConnections = vgwWithTwoVpns().vpnConnections;
      }),
    },
  },
  R12: {
    finds: {
      world: changed(nothing(), (world) => {
        const gone = { DestinationCidrBlock: '10.50.0.0/16', TransitGatewayId: TGW_ID, Origin: 'CreateRoute' } as const;
        installRoutes(world, PRIVATE_TABLE_ID, [{ ...gone, State: 'blackhole' }]);
      }),
    },
    subject: PRIVATE_TABLE_ID,
    text: /drops packets to 10\.50\.0\.0\/16/,
    silent: { world: nothing() },
  },
  R13: {
    finds: { world: vgwWithTwoVpns() },
    subject: VPN_IDS[1],
    text: /mel-dc2 routes statically/,
    silent: {
      world: changed(vgwWithTwoVpns(), (world) => {
        world.vpnConnections = world.vpnConnections.slice(0, 1);
      }),
    },
  },
  R14: {
    finds: {
      world: changed(vgwWithTwoVpns(), (world) =>
        setTunnel(world, VPN_IDS[0], '203.0.113.2', {
          status: 'UP',
          at: Date.now(),
          message: '0 BGP ROUTES',
          routes: 0,
        }),
      ),
    },
    subject: VPN_IDS[0],
    text: /203\.0\.113\.2 of syd-dc1 is up and has accepted no route/,
    silent: { world: vgwWithTwoVpns() },
  },
  R15: {
    finds: {
      world: changed(directConnect(), ({ metrics }) => {
        for (const metric of metrics) if (metric.family === 'ipv4') metric.accepted = 91;
      }),
    },
    subject: VIF_IDS[0],
    text: /IPv4: 91 of 100 prefixes, 91 %/,
    silent: { world: directConnect() },
  },
  R16: {
    finds: { world: vgwWithTwoVpns(), sites: syd('direct-connect') },
    subject: 'syd-dc1',
    text: /runs over VPN, expected is Direct Connect/,
    silent: { world: directConnect(), sites: syd('direct-connect') },
  },
  R17: {
    finds: { world: vgwWithTwoVpns(), sites: syd(null, null, ['10.99.0.0/16']) },
    subject: 'syd-dc1',
    text: /no route to 10\.99\.0\.0\/16/,
    silent: { world: vgwWithTwoVpns(), sites: syd(null) },
  },
  R18: {
    finds: { world: directConnect(), sites: syd('direct-connect', 9001) },
    subject: 'syd-dc1',
    text: /9001 bytes; a virtual interface has MTU 8500/,
    silent: { world: directConnect(), sites: syd('direct-connect', 8500) },
  },
  R19: {
    finds: {
      world: changed(nothing(), ({ vpcs }) => {
        const state = { State: 'associated' } as const;
        for (const vpc of vpcs) vpc.CidrBlockAssociationSet = [{ CidrBlock: '10.0.3.0/24', CidrBlockState: state }];
      }),
    },
    subject: VPC_ID,
    text: /take every address of this VPC: 10\.0\.3\.0\/24 100 %/,
    silent: { world: nothing() },
  },
  R20: {
    finds: {
      world: changed(vgwWithTwoVpns(), (world) => {
        world.vpnConnections = world.vpnConnections.slice(0, 1);
      }),
    },
    subject: `cgw-${VPN_IDS[0].slice(4)}`,
    text: /when it fails, nothing else reaches the VPC/,
    silent: { world: vgwWithTwoVpns() },
  },
  R21: {
    finds: {
      world: changed(withIpam(nothing()), ({ ipamCidrs }) => {
        for (const one of ipamCidrs) if (one.ResourceType === 'vpc') one.ComplianceStatus = 'noncompliant';
      }),
    },
    subject: VPC_ID,
    text: /10\.0\.0\.0\/16 of vpc-\w+ does not comply/,
    silent: { world: withIpam(nothing()) },
  },
  R22: {
    finds: {
      world: changed(withIpam(nothing()), ({ ipamCidrs }) => {
        for (const one of ipamCidrs) if (one.ResourceType === 'vpc') one.OverlapStatus = 'overlapping';
      }),
    },
    subject: VPC_ID,
    text: /10\.0\.0\.0\/16 overlaps a CIDR/,
    silent: { world: withIpam(nothing()) },
  },
  R23: {
    finds: {
      world: changed(vgwWithTwoVpns(), (world) => {
        world.elasticIpLimit = 3;
      }),
    },
    subject: 'elastic-ips',
    text: /Elastic IP addresses: 3 of 3 used/,
    silent: { world: vgwWithTwoVpns() },
  },
  R24: {
    finds: {
      world: changed(vgwWithTwoVpns(), (world) =>
        installRoutes(world, PRIVATE_TABLE_ID, [
          { DestinationCidrBlock: '10.40.0.0/16', TransitGatewayId: TGW_ID, Origin: 'CreateRoute', State: 'active' },
        ]),
      ),
      sites: syd(null, null, ['10.20.0.0/24', '10.40.0.0/16']),
    },
    subject: 'syd-dc1',
    text: /lead to 2 targets/,
    silent: { world: transitGateway(), sites: syd(null) },
  },
  R25: {
    finds: {
      world: changed(directConnect(), (world) => {
        for (const one of world.associations) one.directConnectGatewayOwnerAccount = OTHER_ACCOUNT;
        world.virtualInterfaces = [];
        world.attachments = [];
      }),
    },
    subject: '5f294f92-bafb-4011-916d-9b0bdeadbeef',
    text: /belongs to account 444455556666/,
    silent: { world: directConnect() },
  },
};

test('every rule has a row, an id of its own, words, and a page of AWS', () => {
  assert.deepEqual(
    RULES.map(({ id }) => id),
    Object.keys(ROWS),
  );
  for (const { title, remedy, link } of RULES) {
    assert.ok(title.length > 5 && remedy.length > 20);
    assert.match(link, /^https:\/\/docs\.aws\.amazon\.com\/(vpc|vpn|directconnect)\/latest\/[\w./-]+\.html$/);
  }
});

async function findingsOf(t: TestContext, { world, sites = [] }: Case, silenced: readonly string[] = []) {
  const it = await day(t, world, { silenced });
  it.sites = [...sites];
  const { findings } = await it.pass(3 * MINUTE);
  it.watch.close();
  return findings;
}

for (const [id, { finds, subject, text, silent }] of Object.entries(ROWS)) {
  test(`${id}: for and against, and silenced`, async (t) => {
    const found = (await findingsOf(t, finds)).filter((one) => one.id === id);
    const hit = found.find((one) => one.subject === subject);
    assert.ok(hit !== undefined, `${id} finds ${JSON.stringify(found)}`);
    assert.match(hit.text, text);
    assert.equal(hit.silenced, false);
    const against = (await findingsOf(t, silent)).filter((one) => one.id === id);
    assert.deepEqual(against, []);
    const quiet = (await findingsOf(t, finds, [id])).filter((one) => one.id === id);
    assert.ok(quiet.length > 0 && quiet.every(({ silenced }) => silenced));
  });
}
