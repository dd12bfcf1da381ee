import assert from 'node:assert/strict';
import { test } from 'node:test';
import { statusText } from '../../agent/commands/status-text.ts';
import { vpcText } from '../../agent/commands/vpc-text.ts';
import { AT, incident } from '../fakes/small-snapshot.ts';
import { halfSeenVpc, largeVpc, quietVpc, sharedVpc, strangeVpc, troubledVpc, VPC_ID } from '../fakes/vpc.ts';

const PLAIN = { color: false, width: 100 };

test('the state first, what is not well and why, then each layer', () => {
  const text = vpcText(troubledVpc(AT), AT, { color: false, width: 140 });
  assert.match(text, new RegExp(`^■ ${VPC_ID} prod-syd is down: 6 subnets, fullest 97 %`));
  assert.match(text, /\nNOT WELL +SINCE +WHY\n■ endpoints-a \(subnet-0f3a91c27be400003\) +down /);
  assert.match(text, /203\.0\.113\.9 down/);
  assert.match(text, /62\/100/);
  assert.match(text, /1 blackhole: 10\.99\.0\.0\/16/);
  assert.match(text, /! R07 warning, vpn-0b8e4d9c1a2f3e501: Only 203\.0\.113\.8/);
  assert.doesNotMatch(text, /R05/, 'silenced');
  assert.match(text, /AWS told: Address space 1 min 37 s ago/);
});

test('missing permissions are named with the statement to paste, and how old the rest is', () => {
  const text = vpcText(halfSeenVpc(AT), AT, { color: false, width: 400 });
  assert.match(
    text,
    /! Routes: the role may not call ec2:DescribeRouteTables .* To do: add to the role's policy: \{"Sid":"RouteState"/,
  );
  assert.match(text, /Routes 1 d 2 h ago \(stale\)/);
  assert.match(text, /Direct Connect never \(failing\)/);
});

test('every VPC fits its width, whatever its names; long lists are cut and say so', () => {
  for (const make of [quietVpc, troubledVpc, halfSeenVpc, sharedVpc, largeVpc, strangeVpc]) {
    for (const width of [60, 80, 200]) {
      const text = vpcText(make(AT), AT, { color: false, width });
      assert.doesNotMatch(text.replaceAll('\n', ' '), /\p{Cc}|[\u202a-\u202e]|undefined|NaN|null/u, make.name);
      for (const line of text.split('\n'))
        assert.ok([...line].length <= Math.max(width, 100), `${make.name} ${width}: ${line}`);
    }
  }
  assert.match(vpcText(largeVpc(AT), AT, PLAIN), /and 288 more +see --json or the page/);
  assert.match(vpcText(sharedVpc(AT), AT, PLAIN), /shared by account 999988887777/);
});

test('colour paints what is not well and leaves the rest plain', () => {
  const text = vpcText(troubledVpc(AT), AT, { color: true, width: 100 });
  assert.ok(text.includes('\x1b[1;31m■ '));
  const quiet = vpcText(quietVpc(AT), AT, { color: true, width: 100 });
  assert.ok(!quiet.includes('\x1b[1;31m') && !quiet.includes('\x1b[33m'));
});

test('status has a line for the VPC while it is not well, and none otherwise', () => {
  assert.match(
    statusText(incident(), 0, PLAIN, troubledVpc(AT)),
    /\n■ VPC down: 6 subnets, .*\n? *.*vpc-canary status --vpc\)/,
  );
  assert.doesNotMatch(statusText(incident(), 0, PLAIN, quietVpc(AT)), /VPC up/);
  assert.doesNotMatch(statusText(incident(), 0, PLAIN, null), /status --vpc/);
});
