import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import type { VpcView } from '../../../agent/verdict/vpc-view.ts';
import { assets } from '../../../agent/web/page/pages.ts';
import { remedyParts } from '../../../agent/web/page/vpc/parts.ts';
import { structureOf, subnetRows } from '../../../agent/web/stream-message.ts';
import { allUp } from '../../fakes/console.ts';
import { CUT, incident } from '../../fakes/console-incident.ts';
import { NOW } from '../../fakes/console-parts.ts';
import { attributeNames, attributes, textOf, unbalanced } from '../../fakes/markup.ts';
import {
  halfSeenVpc,
  largeVpc,
  quietVpc,
  STRANGE_NAMES,
  sharedVpc,
  sitePath,
  strangeVpc,
  troubledVpc,
  vpcView,
} from '../../fakes/vpc.ts';
import { ask } from './ask.ts';

const strangeWays = (at: number): VpcView =>
  vpcView(at, {
    sitePaths: [
      sitePath('syd-dc1', '10.1.0.0/16', 'unknown', 'unknown', 'no route', {
        route: null,
        why: 'only 10.1.2.0/24 is covered',
      }),
    ],
  });

function page(vpc: VpcView | null, address = '/vpc', scene = allUp()): string {
  scene.next({ ...scene.snapshot, vpc });
  const { status, html } = ask(scene, address);
  assert.equal(status, 200, address);
  return html;
}

test('every VPC is whole HTML; names are text, and nothing but AWS’s pages is linked outside', () => {
  for (const make of [quietVpc, troubledVpc, halfSeenVpc, sharedVpc, largeVpc, strangeVpc, vpcView]) {
    for (const address of ['/vpc', '/vpc?open=all', '/vpc?open=rtb-strange', '/']) {
      const html = page(make(NOW), address);
      const name = `${make.name} ${address}`;
      assert.deepEqual(unbalanced(html), [], name);
      assert.deepEqual(
        [...attributeNames(html)].filter((one) => /^(style|on.*|srcdoc)$/i.test(one)),
        [],
        name,
      );
      assert.equal(/<script(?! src="\/a\/)|NaN|undefined|\[object|Infinity/.exec(html)?.[0], undefined, name);
      assert.deepEqual(
        attributes(html, 'href').filter((href) => !/^([/?#]|https:\/\/docs\.aws\.amazon\.com\/)/.test(href)),
        [],
        name,
      );
      const ids = attributes(html, 'id');
      assert.equal(new Set(ids).size, ids.length, `${name}: an id twice`);
      const inside = attributes(html, 'href').filter((href) => href.startsWith('#of-'));
      for (const href of inside) assert.ok(ids.includes(href.slice(1)), `${name}: ${href} leads nowhere`);
    }
  }
  const text = textOf(page(strangeVpc(NOW)));
  for (const name of STRANGE_NAMES) assert.ok(text.includes(name), name);
});

test('it is in the navigation where AWS is asked; elsewhere the page says how to turn it on', () => {
  assert.ok(attributes(page(quietVpc(NOW), '/'), 'href').includes('/vpc'));
  const without = page(null, '/');
  assert.ok(!attributes(without, 'href').some((href) => href.startsWith('/vpc')));
  assert.match(textOf(page(null)), /does not ask AWS about its VPC.*enabled: on/);
});

test('address space: share, what is free, where it leads; trouble first and in words', () => {
  const text = textOf(page(troubledVpc(NOW, CUT)));
  assert.match(text, /1 down 1 degraded 4 up6 subnets/);
  assert.match(
    text,
    /app-a subnet-0f3a91c27be400000\s*91\.6 %21 free\s*degraded since .*: 92 % used \(limit 80 %\); full in 9 h/,
  );
  assert.match(text, /app-b subnet-\S+\s*52\.2 %120 free\s*full in 12 d at this rate · 10\.0\.1\.0\/24/);
  assert.match(text, /10\.0\.0\.0\/16 2\.3 % of it in subnets, 886 of 1,506 addresses used/);
  assert.match(text, /AWS counts no addresses here/);
});

test('tunnels: both of one that lost its redundancy, one line of one that is well', () => {
  const text = textOf(page(troubledVpc(NOW, CUT)));
  assert.match(text, /one of two tunnels is up: no redundancy/);
  assert.match(text, /203\.0\.113\.9 down IPSEC IS DOWN · 0 routes accepted · changed .* ago · 1 change seen/);
  assert.match(text, /per-dc3 vpn-0d1c2b3a4f5e6d702\s*up for 12 d: 198\.51\.100\.17, 198\.51\.100\.18, 3 and 3 routes/);
  assert.doesNotMatch(text, /198\.51\.100\.17 up/);
});

test('no tunnel: said why, and nothing is claimed of what only the owner of a shared VPC sees', () => {
  assert.match(textOf(page(vpcView(NOW))), /Neither a virtual private gateway nor a transit gateway is attached/);
  const shared = textOf(page(sharedVpc(NOW)));
  assert.match(shared, /are seen by account 999988887777 alone/);
  assert.doesNotMatch(shared, /Neither/);
});

test('Direct Connect: sessions by family, prefixes against the limit, members of a LAG', () => {
  const text = textOf(page(troubledVpc(NOW, CUT)));
  assert.match(
    text,
    /BGP IPv4 down since \d\d:\d\d:\d\d\.\d, .* 0 of 100 prefixes accepted · 2 advertised · NDM1-1a7c5d2k8f3/,
  );
  assert.match(text, /94 of 100 prefixes accepted · 2 advertised/);
  assert.match(text, /dxcon-fg000001 down/);
  assert.match(text, /owned by account 444455556666/);
  assert.match(textOf(page(strangeVpc(NOW))), /AWS says levitating[\s\S]*AWS says flapping/);
});

test('routes: which wins for each site, a failover, blackholes; all of a table when it is opened', () => {
  const closed = page(troubledVpc(NOW, CUT), '/vpc', incident());
  const text = textOf(closed);
  assert.match(text, /Internet since \d\d:\d\d:\d\d\.\d, .*; was Direct Connect/);
  assert.match(text, /10\.40\.0\.0\/16 by 0\.0\.0\.0\/0 → nat-0123456789abcdef0 only the default route is left/);
  assert.match(text, /mel-dns by no route: packets go nowhere/);
  assert.match(
    textOf(page(strangeWays(NOW))),
    /10\.1\.0\.0\/16 by no route of its own only 10\.1\.2\.0\/24 is covered/,
  );
  assert.match(text, /1 blackhole: 10\.99\.0\.0\/16/);
  assert.match(text, /route 10\.40\.0\.0\/16 withdrawn from rtb-07c1/);
  assert.doesNotMatch(text, /pl-6fa54006/);
  const opened = textOf(page(troubledVpc(NOW, CUT), '/vpc?open=rtb-07c1e5a9b3d2f4a61'));
  assert.match(opened, /pl-6fa54006 → vpce-\S+ prefix-list/);
  assert.match(opened, /10\.99\.0\.0\/16 → pcx-\S+ static blackhole/);
  assert.match(opened, /and 59 more/);
});

test('rules: why, what to do, AWS’s page, how to silence; those silenced stand apart', () => {
  const html = page(troubledVpc(NOW, CUT));
  const text = textOf(html);
  assert.match(text, /R03 Minimum links equal to members that are up dxlag-fg0aa11b/);
  assert.match(text, /vpc: \{ rules: \{ silence: \[R07, R03, R11\] \} \}/);
  assert.match(text, /Silenced: R05 Same prefix/);
  assert.ok(attributes(html, 'href').includes('https://docs.aws.amazon.com/directconnect/latest/UserGuide/lags.html'));
  assert.ok(!attributes(page(strangeVpc(NOW)), 'href').some((href) => href.startsWith('javascript')));
});

test('a missing permission: unknown, the statement to paste, and how old the last known state is', () => {
  const text = textOf(page(halfSeenVpc(NOW)));
  assert.match(text, /Direct Connect is unknown: the role may not call directconnect:DescribeVirtualInterfaces/);
  assert.match(text, /It was never told, so nothing is shown\./);
  assert.match(text, /"Action": \[\s+"ec2:DescribeRouteTables"\s+\]/);
  assert.match(text, /Routes as last known: .* What is shown is of 20 Nov 01:14:22, 1 d 2 h ago\./);
  assert.match(text, /Not told by AWS now: VPN tunnels, Direct Connect, Routes\./);
  assert.deepEqual(remedyParts('ask {nobody'), { words: 'ask {nobody', statement: null });
  assert.deepEqual(remedyParts('add: {"a":1}'), { words: 'add:', statement: '{\n  "a": 1\n}' });
});

test('the overview has a line for a VPC that is not well, and none for one that is', () => {
  assert.match(textOf(page(troubledVpc(NOW, CUT), '/')), /down: +VPC 6 subnets, fullest 97 %/);
  assert.doesNotMatch(textOf(page(quietVpc(NOW), '/')), /fullest/);
});

test('300 subnets weigh under 60 KB compressed, all in; without asking, those not well stand first', () => {
  const rest = [...assets()]
    .filter(([path]) => !path.includes('.svg'))
    .reduce((sum, [, { body }]) => sum + gzipSync(body).length, 0);
  const all = gzipSync(page(largeVpc(NOW), '/vpc?open=all')).length + rest;
  assert.ok(all < 60_000, `${all}`);
  const some = page(largeVpc(NOW));
  assert.ok(gzipSync(some).length + rest < 30_000);
  assert.match(textOf(some), /and 234 up\. Show all 300 subnets/);
});

test('numbers of subnets are patched; states, answers and routes are structure', () => {
  const { snapshot } = allUp();
  const of = (vpc: VpcView | null) => structureOf({ ...snapshot, vpc });
  const before = troubledVpc(NOW, CUT);
  const subnets = before.subnets.map((one) =>
    one.use === null ? one : { ...one, use: { ...one.use, free: one.use.free - 1, ratio: one.use.ratio + 0.001 } },
  );
  assert.equal(of({ ...before, subnets }), of(before));
  assert.notDeepEqual(
    subnetRows({ ...snapshot, vpc: { ...before, subnets } }),
    subnetRows({ ...snapshot, vpc: before }),
  );
  for (const change of [
    { parts: halfSeenVpc(NOW).parts },
    { findings: [] },
    { sitePaths: [] },
    { vpns: before.vpns.map((vpn) => ({ ...vpn, tunnels: [] })) },
    { state: 'up' as const },
  ]) {
    assert.notEqual(of({ ...before, ...change }), of(before), JSON.stringify(Object.keys(change)));
  }
  assert.notEqual(of(null), of(before));
});
