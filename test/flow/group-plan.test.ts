import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseAwsRanges } from '../../agent/flow/aws-ranges.ts';
import { AT, COUNTERS } from '../../agent/flow/counters.ts';
import { Groups, planGroups, type VpcGroups } from '../../agent/flow/group-plan.ts';
import { FlowTable } from '../../agent/flow/table.ts';
import { emptyRow } from '../../agent/kernel/socket-row.ts';
import { parseAddress } from '../../agent/measure/address.ts';

/** In the form of ip-ranges.json, with prefixes of documentation (RFC 5737, 3849). */
const RANGES = JSON.stringify({
  syncToken: '1',
  prefixes: [
    {
      ip_prefix: '198.51.100.0/24',
      region: 'ap-southeast-2',
      service: 'AMAZON',
      network_border_group: 'ap-southeast-2',
    },
    { ip_prefix: '198.51.100.0/24', region: 'ap-southeast-2', service: 'S3', network_border_group: 'ap-southeast-2' },
    { ip_prefix: '203.0.113.0/24', region: 'us-east-1', service: 'EC2', network_border_group: 'us-east-1' },
    { ip_prefix: 7, region: 'us-east-1', service: 'EC2' },
  ],
  ipv6_prefixes: [{ ipv6_prefix: '2001:db8:5::/48', region: 'eu-west-1', service: 'DYNAMODB' }],
});

function plan(over: Partial<Parameters<typeof planGroups>[0]> = {}) {
  const aws = parseAwsRanges(RANGES);
  assert.ok(aws.ok);
  const made = planGroups({
    sites: [{ name: 'syd-dc1', cidrs: ['10.20.0.0/16', '2001:db8:1::/48'] }],
    subnets: ['10.0.1.0/24'],
    aws: aws.prefixes,
    ...over,
  });
  const groupOf = (address: string) => {
    const bytes = parseAddress(address);
    assert.ok(bytes);
    const group = made.groups[made.table.lookup(bytes, bytes.length === 4 ? 4 : 6)];
    return group && [group.name, group.category];
  };
  return { ...made, groupOf };
}

test('an address falls in its site, its subnet, an AWS service, what is private, or the internet', () => {
  const { groupOf, warnings } = plan();
  assert.deepEqual(groupOf('10.20.3.4'), ['syd-dc1', 'on-premises']);
  assert.deepEqual(groupOf('2001:db8:1::9'), ['syd-dc1', 'on-premises']);
  assert.deepEqual(groupOf('10.0.1.7'), ['own subnet', 'local']);
  assert.deepEqual(groupOf('10.99.0.1'), ['private', null]);
  assert.deepEqual(groupOf('198.51.100.9'), ['aws S3 ap-southeast-2', 'aws-service']);
  assert.deepEqual(groupOf('203.0.113.9'), ['aws EC2 us-east-1', 'internet']);
  assert.deepEqual(groupOf('2001:db8:5::1'), ['aws DYNAMODB eu-west-1', 'aws-service']);
  assert.deepEqual(groupOf('192.0.2.1'), ['internet', 'internet']);
  assert.deepEqual(groupOf('2001:db8:6::1'), ['internet', 'internet']);
  assert.deepEqual(warnings, []);
});

test('a site may be all of a private range or of the internet', () => {
  const { groupOf, warnings } = plan({ sites: [{ name: 'dc', cidrs: ['10.0.0.0/8', '0.0.0.0/0'] }] });
  assert.deepEqual(groupOf('10.99.0.1'), ['dc', 'on-premises']);
  assert.deepEqual(groupOf('192.0.2.1'), ['dc', 'on-premises']);
  assert.deepEqual(warnings, []);
});

test('the same prefix in two sites is refused with both names', () => {
  const { warnings } = plan({
    sites: [
      { name: 'a', cidrs: ['10.1.0.0/16'] },
      { name: 'b', cidrs: ['10.1.0.0/16'] },
    ],
  });
  assert.deepEqual(warnings, ['10.1.0.0/16 belongs to both a and b; it counts for a']);
});

test('what is not in the form of ip-ranges.json is refused or passed over, never thrown', () => {
  for (const text of ['', '{', '[]', '7', 'null', '{"prefixes":3}']) {
    const ranges = parseAwsRanges(text);
    assert.equal(ranges.ok, false, text);
  }
  const ranges = parseAwsRanges(RANGES);
  assert.equal(ranges.ok && ranges.skipped, 1);
  const { warnings } = plan({ aws: [{ prefix: '300.0.0.0/8', name: 'aws X y', category: 'internet' }] });
  assert.deepEqual(warnings, ['300.0.0.0/8 of aws X y is not a prefix']);
});

const VPC: VpcGroups = {
  cidrs: ['10.0.0.0/16', '2001:db8:9::/56'],
  subnets: [
    { id: 'subnet-1', name: 'app-a', cidrs: ['10.0.1.0/24', '2001:db8:9:1::/64'], availabilityZoneId: 'apse2-az1' },
    { id: 'subnet-2', cidrs: ['10.0.2.0/24'], availabilityZoneId: 'apse2-az2' },
  ],
  peered: [{ id: 'pcx-1', cidrs: ['10.9.0.0/16'] }],
  ownAvailabilityZoneId: 'apse2-az1',
};

test('the VPC gives a group for each subnet, by its zone, and one for the rest', () => {
  const { groupOf, warnings } = plan({ vpc: VPC });
  assert.deepEqual(groupOf('10.0.1.7'), ['app-a (subnet-1)', 'intra-az']);
  assert.deepEqual(groupOf('2001:db8:9:1::7'), ['app-a (subnet-1)', 'intra-az']);
  assert.deepEqual(groupOf('10.0.2.7'), ['subnet-2', 'inter-az']);
  assert.deepEqual(groupOf('10.0.3.7'), ['VPC', null]);
  assert.deepEqual(groupOf('10.9.3.7'), ['pcx-1', 'inter-vpc']);
  assert.deepEqual(groupOf('10.20.3.4'), ['syd-dc1', 'on-premises']);
  assert.deepEqual(warnings, [], 'the own subnet gives way to the VPC’s');
  assert.deepEqual(plan({ vpc: { ...VPC, ownAvailabilityZoneId: null } }).groupOf('10.0.2.7'), ['subnet-2', null]);
});

test('a site that has the very prefix of a subnet keeps it', () => {
  const { groupOf, warnings } = plan({ vpc: VPC, sites: [{ name: 'here', cidrs: ['10.0.2.0/24'] }] });
  assert.deepEqual(groupOf('10.0.2.7'), ['here', 'on-premises']);
  assert.deepEqual(warnings, []);
});

test('a group keeps its place when others come and go', () => {
  const groups = new Groups();
  const [address, other] = [parseAddress('10.0.2.7')!, parseAddress('192.0.2.1')!];
  groups.take(plan());
  const [own, internet] = [groups.of(address, 4), groups.of(other, 4)];
  assert.equal(groups.list[own]?.name, 'private');
  groups.take(plan({ vpc: VPC }));
  assert.equal(groups.list[groups.of(address, 4)]?.name, 'subnet-2');
  assert.equal(groups.of(other, 4), internet);
  groups.take(plan());
  assert.equal(groups.of(address, 4), own);
});

test('flows move to their new group with their open connections; what was counted stays', () => {
  const groups = new Groups();
  groups.take(plan());
  const table = new FlowTable({
    capacity: 10,
    groups: groups.list.length,
    groupOf: (remote, family) => groups.of(remote, family),
    listens: () => false,
    skip: () => false,
  });
  const row = Object.assign(emptyRow(), { remotePort: 443 });
  row.remote.set([10, 0, 2, 7]);
  const deltas = new Float64Array(COUNTERS.length);
  deltas[AT.bytesOut] = 100;
  const flow = table.flow(row);
  table.open(flow, 1);
  table.add(flow, deltas, row, false);
  const before = groups.of(row.remote.subarray(0, 4), 4);
  groups.take(plan({ vpc: VPC }));
  table.regroup(groups.list.length);
  const after = groups.of(row.remote.subarray(0, 4), 4);
  assert.notEqual(before, after);
  deltas[AT.bytesOut] = 7;
  table.add(flow, deltas, row, false);
  const told = (group: number) => [table.group(group).open, table.group(group).total[AT.bytesOut]];
  assert.deepEqual(
    [told(before), told(after)],
    [
      [0, 100],
      [1, 7],
    ],
  );
  assert.equal(table.reading(flow)?.total[AT.bytesOut], 107);
  assert.equal(table.reading(flow)?.key.group, after);
  assert.equal(table.host().total[AT.bytesOut], 107);
});
