/** HTTP probes through the runtime's own sockets: whose fault a failed connect is must still come out right. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { HttpTarget } from '../../agent/measure/target.ts';
import { probeClock } from '../../agent/probe/clock.ts';
import { httpProber } from '../../agent/probe/http-prober.ts';
import { fixedAddresses } from '../fakes/addresses.ts';
import { RecordingSink } from '../fakes/sink.ts';
import { httpTarget } from '../fakes/targets.ts';
import { labFor, labSkip } from './lab.ts';

test("this host's refusals are local, the network's are errors, silence is loss", {
  skip: labSkip('nft'),
}, async (t) => {
  const lab = labFor(t);
  const [here, router] = [lab.host('here'), lab.router('r')];
  lab.link(here, router, ['10.1.0.1/24', 'fd01::1/64'], ['10.1.0.254/24', 'fd01::fe/64']);
  here.ip('route add 10.0.0.0/8 via 10.1.0.254');
  here.ip('route add prohibit 10.3.0.0/16');
  router.firewall(
    'input',
    'tcp dport 2 drop',
    'tcp dport 3 reject with icmpx type host-unreachable',
    'tcp dport 4 reject with tcp reset',
    'tcp dport 5 reject with icmpx type admin-prohibited',
  );
  const inside = here.enter();
  t.after(() => inside[Symbol.dispose]());
  const sink = new RecordingSink();
  const options = { userAgent: 'vpc-canary/test', certFile: null };
  const prober = await httpProber(options, { sink, addresses: fixedAddresses(), clock: probeClock(), random: () => 0 });
  t.after(() => prober.close());
  // The kernel takes note of an ICMP error from next door at the second SYN, after a second.
  const fields: Partial<HttpTarget> = { everyMs: 30_000, timeoutMs: 3000 };
  const urls = [
    '10.1.0.254:2',
    '10.1.0.254:3',
    '10.1.0.254:4',
    '[fd01::fe]:5',
    '172.16.0.1',
    '10.3.0.1',
    '[2001:db8::1]',
  ];
  prober.setTargets(urls.map((url, id) => ({ id, target: httpTarget({ ...fields, url: `http://${url}/` }) })));
  await sink.wait(({ singletons }) => singletons.length === urls.length);
  const seen = urls.map((_, id) => {
    const { outcome } = sink.singletons.find(({ target }) => target === id)!;
    return outcome.kind === 'error' || outcome.kind === 'local' ? `${outcome.kind} ${outcome.code}` : outcome.kind;
  });
  assert.deepEqual(seen, [
    'lost',
    'error host-unreachable',
    'error refused',
    'error admin-prohibited',
    'local no-route',
    'local denied',
    'local no-route',
  ]);
});
