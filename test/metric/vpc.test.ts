/** The surfaces that monitoring reads, with the VPC: Prometheus, PRTG, Nagios, health checks. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { Ajv } from 'ajv';
import { renderHealth } from '../../agent/metric/health.ts';
import { renderNagiosVpc } from '../../agent/metric/nagios-vpc.ts';
import { renderPrometheus } from '../../agent/metric/prometheus.ts';
import type { PrtgChannel } from '../../agent/metric/prtg.ts';
import { renderPrtgVpc } from '../../agent/metric/prtg-vpc.ts';
import type { Snapshot } from '../../agent/verdict/snapshot.ts';
import type { VpcView } from '../../agent/verdict/vpc-view.ts';
import { AT, incident, site, snapshot, target } from '../fakes/small-snapshot.ts';
import {
  halfSeenVpc,
  largeVpc,
  quietVpc,
  STRANGE_NAMES,
  sharedVpc,
  strangeVpc,
  troubledVpc,
  VPC_ID,
  vpcPart,
} from '../fakes/vpc.ts';

const HAS_PROMTOOL = spawnSync('promtool', ['--version']).status === 0;
const ALL = [quietVpc, troubledVpc, halfSeenVpc, sharedVpc, largeVpc, strangeVpc] as const;
const validate = new Ajv({ allErrors: true, strictTypes: false }).compile(
  JSON.parse(readFileSync('test/metric/prtg.schema.json', 'utf8')),
);

const text = (vpc: VpcView | null): string => renderPrometheus({ ...incident(), vpc }, 'text');
const samplesOf = (exposition: string, name: string): string[] =>
  exposition.split('\n').filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `));

test('promtool finds nothing wrong with any VPC, in either format', (t) => {
  if (!HAS_PROMTOOL) return t.skip('needs promtool (Debian: prometheus)');
  for (const make of ALL) {
    const { status, stdout, stderr } = spawnSync('promtool', ['check', 'metrics'], {
      input: text(make(AT)),
      encoding: 'utf8',
    });
    assert.equal(stdout + stderr, '', make.name);
    assert.equal(status, 0, make.name);
  }
});

test('Prometheus: ratios, seconds, 1 and 0; ids are the labels, names stand in an info series', () => {
  const found = text(troubledVpc(AT));
  const subnet = 'subnet-0f3a91c27be400000';
  assert.match(found, /^vpc_canary_subnet_ip_usage_ratio\{subnet_id="subnet-0f3a91c27be400000"\} 0\.916/m);
  assert.match(
    found,
    new RegExp(`^vpc_canary_subnet_time_to_exhaustion_seconds\\{subnet_id="${subnet}"\\} 32880$`, 'm'),
  );
  assert.match(
    found,
    /^vpc_canary_subnet_info\{subnet_id="[^"]+",name="app-a",cidr="10\.0\.0\.0\/24",availability_zone="ap-/m,
  );
  const tunnel = 'vpn_id="vpn-0b8e4d9c1a2f3e501",tunnel_ip_address="203.0.113.9"';
  assert.ok(found.includes(`\nvpc_canary_tunnel_state{${tunnel}} 0\n`));
  assert.ok(found.includes(`\nvpc_canary_tunnel_changes_total{${tunnel}} 1\n`));
  assert.match(
    found,
    /^vpc_canary_bgp_peer_state\{virtual_interface_id="dxvif-fg2k5h9x",bgp_peer_id="dxpeer-fg2k5h9x",family="ipv4"\} 0$/m,
  );
  assert.match(found, /^vpc_canary_propagated_routes\{route_table_id="rtb-07c1e5a9b3d2f4a61"\} 62$/m);
  assert.match(found, /^vpc_canary_vpc_findings\{severity="warning"\} 1$/m, 'the silenced one is not counted');
  assert.match(found, /^vpc_canary_vpc_state\{state="down"\} 1$/m);
  assert.match(found, /^vpc_canary_vpc_calls_total\{outcome="throttled"\} 3$/m);
});

test('Prometheus: what AWS does not tell, or told too long ago, has no sample', () => {
  const half = text(halfSeenVpc(AT));
  assert.deepEqual(samplesOf(half, 'vpc_canary_bgp_peer_state'), []);
  assert.deepEqual(samplesOf(half, 'vpc_canary_propagated_routes'), []);
  assert.equal(samplesOf(half, 'vpc_canary_subnet_ip_usage_ratio').length, 4);
  assert.equal(samplesOf(half, 'vpc_canary_tunnel_state').length, 2, 'three minutes old: the third poll is due');
  assert.deepEqual(samplesOf(half, 'vpc_canary_vpc_poll_age_seconds'), [
    'vpc_canary_vpc_poll_age_seconds{part="subnets"} 97',
    'vpc_canary_vpc_poll_age_seconds{part="tunnels"} 180',
    'vpc_canary_vpc_poll_age_seconds{part="routes"} 93600',
  ]);
  const strange = text({ ...strangeVpc(AT), parts: strangeVpc(AT).parts.map(({ name }) => vpcPart(name, AT)) });
  assert.deepEqual(
    samplesOf(strange, 'vpc_canary_tunnel_state'),
    [],
    'a state of AWS we do not know is neither 1 nor 0',
  );
  assert.doesNotMatch(text(null), /vpc_canary_(vpc|subnet|tunnel|bgp|lag|propagated)/);
});

function channels(vpc: VpcView): Map<string, PrtgChannel> {
  const answer = renderPrtgVpc(vpc, AT);
  assert.ok(validate(JSON.parse(JSON.stringify(answer))), JSON.stringify(validate.errors));
  assert.ok('result' in answer.prtg);
  const map = new Map(answer.prtg.result.map((channel) => [channel.channel, channel]));
  assert.equal(map.size, answer.prtg.result.length, 'a channel name stands twice');
  assert.ok(map.size <= 50, `${map.size}`);
  return map;
}

test('PRTG: at most 50 channels, named by ids, states by lookup, limits as configured', () => {
  for (const make of ALL) channels(make(AT));
  const found = channels(troubledVpc(AT));
  assert.deepEqual(found.get('State'), {
    channel: 'State',
    value: 2,
    unit: 'Custom',
    valuelookup: 'vpc-canary.state',
    limitmode: 0,
  });
  const fullest = found.get('Fullest subnet');
  assert.deepEqual([fullest?.value, fullest?.limitmaxwarning, fullest?.limitmaxerror], ['96.61', 80, 95]);
  assert.equal(found.get('Soonest exhaustion')?.value, 32_880);
  assert.equal(found.get('Tunnels down')?.value, 1);
  assert.equal(found.get('BGP sessions down')?.value, 2);
  assert.equal(found.get('vpn-0b8e4d9c1a2f3e501 203.0.113.9')?.value, 2);
  assert.equal(found.get('dxvif-fgsyd001 dxpeer-fgsyd0v4')?.value, 0);
  assert.equal(found.get('subnet-0f3a91c27be400000')?.value, '91.633');
  assert.deepEqual(
    [found.get('Most propagated routes')?.value, found.get('Most propagated routes')?.limitmaxwarning],
    [97, 90],
  );
});

test('PRTG: names do not depend on state or name tag; what has no channel is said', () => {
  const before = troubledVpc(AT);
  const after = {
    ...before,
    state: 'up' as const,
    subnets: [...before.subnets].reverse().map((subnet) => ({ ...subnet, name: `renamed ${subnet.id}` })),
  };
  assert.deepEqual([...channels(after).keys()], [...channels(before).keys()]);
  const { prtg } = renderPrtgVpc(largeVpc(AT), AT);
  assert.match(prtg.text, /No channels of their own: 8 tunnels, 288 subnets, 16 route tables/);
  const turned = { ...largeVpc(AT), subnets: [...largeVpc(AT).subnets].reverse() };
  const ids = [...channels(turned).keys()].filter((name) => name.startsWith('subnet-'));
  assert.deepEqual(
    ids,
    largeVpc(AT)
      .subnets.slice(0, 12)
      .map(({ id }) => id),
    'in the order of ids, however AWS lists them',
  );
  assert.ok('error' in renderPrtgVpc(null, AT).prtg);
  assert.match(renderPrtgVpc(null, AT).prtg.text, /vpc\.enabled/);
  const half = channels(halfSeenVpc(AT));
  assert.equal(half.has('BGP sessions up'), false, 'never told');
  assert.equal(half.has('Most propagated routes'), false, 'told 26 h ago');
  assert.equal(half.get('Parts not told')?.value, 3);
});

test('Nagios: the state as code, perfdata of what is told, a line for each trouble', () => {
  const down = renderNagiosVpc(troubledVpc(AT), AT);
  assert.equal(down.code, 2);
  const [first = '', ...lines] = down.output.split('\n');
  assert.match(
    first,
    new RegExp(`^VPC-CANARY CRITICAL - ${VPC_ID}: 6 subnets, .* \\| 'fullest subnet'=96\\.61%;80;95;0;100 `),
  );
  assert.match(first, /'tunnels down'=1;;;0 'bgp up'=3;;;0 'bgp down'=2;;;0 'propagated routes'=97;90;;0;100$/);
  assert.match(lines[0] ?? '', /^endpoints-a \(subnet-[0-9a-f]+\): down, 97 % used/);
  assert.equal(renderNagiosVpc(quietVpc(AT), AT).code, 0);
  const half = renderNagiosVpc(halfSeenVpc(AT), AT);
  assert.equal(half.code, 3);
  assert.doesNotMatch(half.output, /'bgp up'|'propagated/);
  assert.match(half.output, /^Direct Connect: unknown, the role may not call .*; never told$/m);
  const strange = renderNagiosVpc(strangeVpc(AT), AT).output;
  assert.doesNotMatch(strange.split('\n')[0] ?? '', /\|.*\|/);
});

const well = (vpc: VpcView): Snapshot => {
  const view = target('t', 's');
  return { ...snapshot([[site('s', [view]), [view]]]), vpc };
};
const health = (vpc: VpcView) => {
  const answer = renderHealth(well(vpc), { site: null, target: null });
  assert.ok(answer.ok);
  return answer;
};

test('/healthz: a check for the VPC and for each thing not well; trouble there warns and never fails', () => {
  const troubled = health(troubledVpc(AT));
  assert.deepEqual([troubled.httpStatus, troubled.body.status], [200, 'warn']);
  assert.equal(troubled.body.checks[`${VPC_ID}:state`]?.[0]?.observedValue, 'down');
  assert.match(troubled.body.checks['vpn-0b8e4d9c1a2f3e501:tunnelState']?.[0]?.output ?? '', /no redundancy/);
  assert.deepEqual([health(quietVpc(AT)).body.status, health(halfSeenVpc(AT)).body.status], ['pass', 'pass']);
  assert.equal(health(halfSeenVpc(AT)).body.checks['vpc routes:answers']?.[0]?.status, 'warn');
  const names = Object.keys(health(largeVpc(AT)).body.checks);
  assert.ok(names.length < 60, `${names.length}`);
  assert.ok(JSON.stringify(health(strangeVpc(AT)).body).includes(JSON.stringify(STRANGE_NAMES[0]).slice(1, -1)));
  const one = renderHealth(well(troubledVpc(AT)), { site: 's', target: null });
  assert.ok(one.ok && !Object.keys(one.body.checks).some((name) => name.startsWith('vpn')), 'a site is asked alone');
});
