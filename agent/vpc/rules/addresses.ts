/** Rules about the VPC's address space. */
import { formatRatio } from '../../measure/units.ts';
import { DOCS, type Rule } from './rule.ts';

export const ADDRESS_RULES: readonly Rule[] = [
  {
    id: 'R19',
    title: 'No room for another subnet',
    severity: 'info',
    remedy: 'associate a secondary CIDR with the VPC before a new subnet is needed',
    link: `${DOCS.vpc}/vpc-cidr-blocks.html`,
    find: ({ view: { cidrs, vpcId } }) => {
      const v4 = cidrs.filter(({ family, allocated }) => family === 4 && allocated !== null);
      if (v4.length === 0 || v4.some(({ allocated }) => (allocated ?? 0) < 1)) return [];
      const shares = v4.map(({ cidr, allocated }) => `${cidr} ${formatRatio(allocated ?? 0)}`);
      return [{ subject: vpcId, text: `subnets take every address of this VPC: ${shares.join(', ')}` }];
    },
  },
  {
    id: 'R21',
    title: 'IPAM finds a CIDR noncompliant',
    severity: 'warning',
    remedy: 'see which rule of its IPAM pool it breaks: locale, netmask length or tags',
    link: `${DOCS.ipam}/monitor-cidr-compliance-ipam.html`,
    find: ({ view: { cidrs, subnets, vpcId } }) =>
      [...cidrs.map((one) => ({ ...one, id: vpcId })), ...subnets]
        .filter(({ ipam }) => ipam?.compliance === 'noncompliant')
        .map(({ id, cidr }) => ({ subject: id, text: `${cidr} of ${id} does not comply with its IPAM pool` })),
  },
  {
    id: 'R22',
    title: 'IPAM finds an overlap',
    severity: 'warning',
    remedy: 'find the other VPC or pool in IPAM before they are connected: neither routes to the other',
    link: `${DOCS.ipam}/monitor-cidr-compliance-ipam.html`,
    find: ({ view: { cidrs, vpcId } }) =>
      cidrs
        .filter(({ ipam }) => ipam?.overlap === 'overlapping')
        .map(({ cidr }) => ({ subject: vpcId, text: `${cidr} overlaps a CIDR that IPAM knows elsewhere` })),
  },
  {
    id: 'R23',
    title: 'Elastic IP addresses or a public pool run out',
    severity: 'warning',
    remedy: 'release addresses that nothing uses, or have the quota raised',
    link: `${DOCS.vpc}/amazon-vpc-limits.html`,
    find: ({ view: { quotas } }) =>
      quotas
        .filter(({ state }) => state === 'degraded' || state === 'down')
        .map(({ id, name, used, total }) => ({ subject: id, text: `${name}: ${used} of ${total} used` })),
  },
];
