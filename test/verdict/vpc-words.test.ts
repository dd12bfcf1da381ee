import assert from 'node:assert/strict';
import { test } from 'node:test';
import { troubleName, vpcSums, vpcTroubles } from '../../agent/verdict/vpc-words.ts';
import { halfSeenVpc, quietVpc, strangeVpc, troubledVpc } from '../fakes/vpc.ts';

const NOW = Date.UTC(2026, 10, 21, 3, 14, 22);

test('a VPC that is well has no troubles', () => {
  assert.deepEqual(vpcTroubles(quietVpc(NOW), NOW), []);
});

test('the worse first; each with its words', () => {
  const troubles = vpcTroubles(troubledVpc(NOW), NOW);
  assert.deepEqual(
    troubles.map(({ state, kind, id }) => `${state} ${kind} ${id}`),
    [
      'down subnet subnet-0f3a91c27be400003',
      'down quota eip',
      'down virtual-interface dxvif-fg2k5h9x',
      'degraded subnet subnet-0f3a91c27be400000',
      'degraded vpn vpn-0b8e4d9c1a2f3e501',
      'degraded virtual-interface dxvif-fgsyd001',
      'degraded lag dxlag-fg0aa11b',
      'degraded route-table rtb-07c1e5a9b3d2f4a61',
      'degraded route-table rtb-0b6d7e8f9a0b1c2d3',
    ],
  );
  assert.ok(troubles.every(({ text }) => text !== ''));
  assert.deepEqual(troubles.slice(0, 3).map(troubleName), [
    'endpoints-a (subnet-0f3a91c27be400003)',
    'Elastic IP addresses',
    'mel-dc2 (dxvif-fg2k5h9x)',
  ]);
});

test('a part that AWS does not tell is unknown, with how old the last answer is', () => {
  const texts = vpcTroubles(halfSeenVpc(NOW), NOW).map((one) => `${one.name}: ${one.text}`);
  assert.equal(texts.length, 3);
  assert.match(texts[0] ?? '', /^VPN tunnels: AWS asks for fewer calls .*; last told 3 min ago$/);
  assert.match(texts[1] ?? '', /^Direct Connect: the role may not call .*; never told$/);
  assert.match(texts[2] ?? '', /; last told 1 d 2 h ago$/);
});

test('sums: the fullest, the soonest, sessions by state; unknown states are counted as such', () => {
  const sums = vpcSums(troubledVpc(NOW));
  assert.deepEqual(
    [sums.fullest?.name, sums.soonest?.name, sums.mostPropagated?.name],
    ['endpoints-a', 'app-a', 'data'],
  );
  assert.deepEqual(sums.tunnels, { up: 3, degraded: 0, down: 1, unknown: 0 });
  assert.deepEqual(sums.peers, { up: 3, degraded: 0, down: 2, unknown: 0 });
  assert.deepEqual([sums.blackholes, sums.findings], [1, 2]);
  assert.equal(vpcSums(strangeVpc(NOW)).tunnels.unknown, 1);
});
