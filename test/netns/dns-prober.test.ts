/** DNS probes where something stands in the way: a firewall here, a router that says no, a path that swallows. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DnsTarget } from '../../agent/measure/target.ts';
import { probeClock } from '../../agent/probe/clock.ts';
import { dnsProber } from '../../agent/probe/dns-prober.ts';
import { fixedAddresses } from '../fakes/addresses.ts';
import { RecordingSink } from '../fakes/sink.ts';
import { dnsTarget } from '../fakes/targets.ts';
import { labFor, labSkip } from './lab.ts';

const skip = labSkip('nft');

test('what stands in the way of a datagram is named', { skip }, async (t) => {
  const lab = labFor(t);
  const [here, router] = [lab.host('here'), lab.router('r')];
  lab.link(here, router, ['10.1.0.1/24', 'fd01::1/64'], ['10.1.0.254/24', 'fd01::fe/64']);
  here.ip('route add 10.0.0.0/8 via 10.1.0.254');
  here.ip('route add fd00::/8 via fd01::fe');
  here.firewall('output', 'udp dport 1 drop');
  router.firewall(
    'input',
    'udp dport 2 drop',
    'udp dport 3 reject with icmpx type admin-prohibited',
    'udp dport 4 reject with icmpx type host-unreachable',
  );
  const inside = here.enter();
  t.after(() => inside[Symbol.dispose]());
  const sink = new RecordingSink();
  const prober = dnsProber({ sink, addresses: fixedAddresses(), clock: probeClock(), random: () => 0 });
  t.after(() => prober.close());
  const targets: Partial<DnsTarget>[] = [
    ...[1, 2, 3, 4].map((port) => ({ server: '10.1.0.254', port })),
    { server: '10.1.0.254' },
    { server: 'fd01::fe' },
    { server: '172.16.0.1' },
    { server: '10.1.0.254', transport: 'tcp' },
  ];
  prober.setTargets(targets.map((fields, id) => ({ id, target: dnsTarget({ everyMs: 30_000, ...fields }) })));
  await sink.wait(({ singletons }) => singletons.length === targets.length);
  const seen = targets.map((_, id) => {
    const outcome = sink.singletons.find(({ target }) => target === id)!.outcome;
    if (outcome.kind === 'error') return `${outcome.code} from ${outcome.from}`;
    return outcome.kind === 'local' ? `here: ${outcome.code}` : outcome.kind;
  });
  assert.deepEqual(seen, [
    'here: denied',
    'lost',
    'admin-prohibited from 10.1.0.254',
    'host-unreachable from 10.1.0.254',
    'refused from 10.1.0.254',
    'refused from fd01::fe',
    'here: no-route',
    'refused from null',
  ]);
});
