/** AWS's own events in our words, and how late they are. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { CanaryEvent } from '../../agent/verdict/snapshot.ts';
import { awsChange, toldAfter, withLag } from '../../agent/vpc/network-manager.ts';
import {
  BGP_ESTABLISHED_KEBAB,
  CONNECT_PEER_DOWN,
  IPSEC_DOWN,
  MAINTENANCE,
  routes,
  TOPOLOGY,
} from '../fakes/aws/network-events.ts';

const AT = Date.parse('2026-11-28T09:31:05Z');
const RECEIVED = AT + 70_000;

const change = (event: unknown) => awsChange(JSON.stringify(event), RECEIVED);

test('IPsec of a VPN connection goes down', () => {
  const { event, transitGatewayId } = change(IPSEC_DOWN);
  assert.deepEqual(event, {
    at: AT,
    kind: 'aws',
    layer: 'bgp-tunnels',
    subject: 'vpn-1',
    site: null,
    from: null,
    to: 'down',
    lastedMs: null,
    text: 'IPsec of vpn-1 (35.84.102.207) went down',
    reasons: [
      {
        code: 'VPN-CONNECTION-IPSEC-DOWN',
        text: 'IPsec for a VPN connection has gone down. (VPN-CONNECTION-IPSEC-DOWN)',
      },
    ],
  });
  assert.equal(transitGatewayId, 'tgw-1');
});

test('the keys of 2019, codes with underscores, SNS around it', () => {
  const { event, transitGatewayId } = change(BGP_ESTABLISHED_KEBAB);
  assert.deepEqual(
    [event.text, event.to, event.layer, transitGatewayId],
    ['BGP of vpn-1 (35.84.102.207) is established', 'up', 'bgp-tunnels', 'tgw-1'],
  );
  const peer = change(CONNECT_PEER_DOWN).event;
  assert.deepEqual([peer.text, peer.to], ['BGP of tgw-connect-peer-1 went down', 'down']);
  const wrapped = change({ Type: 'Notification', MessageId: '1', Message: JSON.stringify(IPSEC_DOWN) });
  assert.deepEqual(wrapped, change(IPSEC_DOWN));
});

test('routes that come and go, the first of them by name', () => {
  assert.equal(
    change(routes('INSTALLED', 2)).event.text,
    '2 routes installed in tgw-rtb-1: 10.20.0.0/24, 10.20.1.0/24',
  );
  const { event } = change(routes('UNINSTALLED', 30));
  assert.match(event.text, /^30 routes withdrawn from tgw-rtb-1: 10\.20\.0\.0\/24, .*10\.20\.4\.0\/24 and 25 more$/);
  assert.deepEqual([event.layer, event.subject, event.to], ['routes', 'tgw-1', null]);
});

test('topology, health, and what AWS thinks of next', () => {
  assert.equal(
    change(TOPOLOGY).event.text,
    'Network Manager Topology Change: A Direct Connect gateway attachment has been deleted',
  );
  const { event } = change(MAINTENANCE);
  assert.equal(
    event.text,
    'AWS Health: Direct Connect maintenance scheduled, 2026-12-01 02:00 to 06:00 UTC for dxvif-ffaaaaaa, dxvif-ffbbbbbb',
  );
  assert.deepEqual([event.layer, event.subject, event.at], ['aws-agent', 'dxvif-ffaaaaaa', AT]);
  const issue = { ...MAINTENANCE.detail, eventTypeCode: 'AWS_VPN_SINGLE_TUNNEL_NOTIFICATION', service: 'VPN' };
  const open = { ...MAINTENANCE, detail: { ...issue, eventTypeCategory: 'issue', affectedEntities: [] } };
  assert.equal(change(open).event.text, 'AWS Health: VPN single tunnel notification');
  const strange = { ...TOPOLOGY, 'detail-type': 'Network Manager Weather', detail: { changeType: 'RAIN', mm: 3 } };
  assert.equal(change(strange).event.text, 'Network Manager Weather: RAIN');
  const status = { ...IPSEC_DOWN, detail: { changeType: 'VPN-CONNECTION-IPSEC-FLAPPING' } };
  assert.equal(change(status).event.text, 'Network Manager Status Update: VPN-CONNECTION-IPSEC-FLAPPING');
});

test('what cannot be read is shown as that, at the time it came', () => {
  for (const body of ['', 'no json', '[]', '3', '{"a":1}', '{"Message":"x"}']) {
    const { event } = awsChange(body, RECEIVED);
    assert.equal(event.at, RECEIVED, body);
    assert.match(event.text, /^an event of AWS that cannot be read: /);
  }
  const { event } = awsChange(`${'x\n\u0007'.repeat(500)}`, RECEIVED);
  assert.ok(event.text.length < 200);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: that there are none
  assert.doesNotMatch(event.text, /[\u0000-\u001f]/);
});

test('whatever comes, there is one line of words and a time', () => {
  const sources = [IPSEC_DOWN, CONNECT_PEER_DOWN, routes('INSTALLED', 3), TOPOLOGY, MAINTENANCE];
  fc.assert(
    fc.property(fc.constantFrom(...sources), fc.nat(), fc.jsonValue(), (source, place, value) => {
      const event: Record<string, unknown> = structuredClone(source);
      const keys = Object.keys(event);
      const inner = event['detail'] as Record<string, unknown>;
      const innerKeys = Object.keys(inner);
      if (place % 2 === 0) event[keys[place % keys.length] ?? ''] = value;
      else inner[innerKeys[place % innerKeys.length] ?? ''] = value;
      const { event: seen } = awsChange(JSON.stringify(event), RECEIVED);
      assert.ok(Number.isFinite(seen.at) && seen.text.length > 0 && seen.text.length <= 400);
      assert.ok(seen.subject.length > 0 && seen.subject.length <= 100);
      // biome-ignore lint/suspicious/noControlCharactersInRegex: that there are none
      assert.doesNotMatch(seen.text + seen.subject, /[\u0000-\u001f]/);
    }),
    { numRuns: 2000 },
  );
});

const dataPlane = (at: number, to: 'up' | 'down' | 'degraded', over: Partial<CanaryEvent> = {}): CanaryEvent => ({
  id: at,
  at,
  kind: 'target',
  layer: 'data-plane',
  subject: 'core',
  site: 'syd',
  from: 'up',
  to,
  lastedMs: null,
  text: '',
  reasons: [],
  ...over,
});

test('the lag is from the first change of the data plane in the same direction', () => {
  const down = change(IPSEC_DOWN);
  const recent = [
    dataPlane(AT + 3000, 'down'),
    dataPlane(AT - 4000, 'degraded'),
    dataPlane(AT - 5000, 'up'),
    dataPlane(AT - 6000, 'down', { layer: 'routes' }),
    dataPlane(AT - 400_000, 'down'),
  ];
  assert.equal(toldAfter(down, AT + 70_000, recent), 74_000);
  const { text, reasons } = withLag(down, AT + 70_000, recent);
  assert.equal(text, "IPsec of vpn-1 (35.84.102.207) went down: told 1 min 14 s after the data plane's change");
  assert.deepEqual(reasons.at(-1), { code: 'lag', text: "told 1 min 14 s after the data plane's change" });
  assert.equal(toldAfter(change(BGP_ESTABLISHED_KEBAB), AT, recent), 5000);
});

test('AWS may be first; where nothing changed, or nothing can be compared, there is no lag', () => {
  const down = change(IPSEC_DOWN);
  const first = withLag(down, AT + 1000, [dataPlane(AT + 3500, 'down')]);
  assert.match(first.text, /: told 2\.5 s before the data plane's change$/);
  assert.equal(toldAfter(down, RECEIVED, []), null);
  assert.equal(withLag(down, RECEIVED, []).text, down.event.text);
  assert.equal(toldAfter(change(routes('UNINSTALLED', 1)), RECEIVED, [dataPlane(AT, 'down')]), null);
});
