import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseAwsRanges } from '../../agent/flow/aws-ranges.ts';
import { planGroups } from '../../agent/flow/group-plan.ts';
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
