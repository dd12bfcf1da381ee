import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lagAfter } from '../../agent/verdict/event-lag.ts';
import type { CanaryEvent } from '../../agent/verdict/snapshot.ts';

const AT = Date.UTC(2026, 10, 21, 3, 2, 17, 400);

const event = (over: Partial<CanaryEvent>): CanaryEvent => ({
  id: 1,
  at: AT,
  kind: 'site',
  layer: 'data-plane',
  subject: 'mel-dc2',
  site: 'mel-dc2',
  from: 'up',
  to: 'down',
  lastedMs: 1,
  text: 'mel-dc2 is unreachable',
  reasons: [],
  ...over,
});

const bgp = (over: Partial<CanaryEvent> = {}): CanaryEvent =>
  event({
    id: 2,
    at: AT - 1200,
    kind: 'vpc',
    layer: 'bgp-tunnels',
    subject: 'dxvif-1',
    text: 'BGP IPv4 of dxvif-1 is down',
    ...over,
  });

test('a site that fell after BGP of its way', () => {
  assert.equal(lagAfter(event({}), [bgp()]), '+1.2 s after BGP');
  const carries = [
    { code: 'carries', text: 'carries syd-dc1' },
    { code: 'carries', text: 'carries mel-dc2' },
  ];
  assert.equal(lagAfter(event({}), [bgp({ site: null, reasons: carries })]), '+1.2 s after BGP');
  assert.equal(lagAfter(event({}), [bgp({ text: 'Tunnel 203.0.113.8 of vpn-1 is down' })]), '+1.2 s after the tunnel');
  const gone = bgp({
    layer: 'routes',
    to: null,
    from: null,
    reasons: [{ code: 'route-withdrawn', text: '10.40.0.0/16' }],
  });
  assert.equal(lagAfter(event({}), [gone]), '+1.2 s after routes');
});

test('the last of several counts', () => {
  assert.equal(
    lagAfter(event({}), [bgp({ at: AT - 9000 }), bgp({ at: AT - 500 }), bgp({ at: AT - 3000 })]),
    '+0.5 s after BGP',
  );
});

test('what has nothing to do with it says nothing', () => {
  for (const other of [
    bgp({ at: AT + 100 }),
    bgp({ at: AT - 301_000 }),
    bgp({ to: 'up', from: 'down' }),
    bgp({ site: 'syd-dc1' }),
    bgp({ site: null }),
    bgp({ layer: 'aws-agent' }),
    bgp({ layer: 'routes', to: null, reasons: [{ code: 'route-installed', text: '10.40.0.0/16' }] }),
  ])
    assert.equal(lagAfter(event({}), [other]), null, JSON.stringify(other));
  assert.equal(lagAfter(event({ to: 'up', from: 'down' }), [bgp()]), null);
  assert.equal(lagAfter(bgp(), [bgp({ id: 3 })]), null);
});
