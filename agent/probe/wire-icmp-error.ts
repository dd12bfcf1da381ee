/**
 * ICMP errors by name: RFC 792, RFC 1122 §3.2.2.1 and RFC 1812 §5.2.7.1 for IPv4, RFC 4443 §3 for IPv6.
 *
 * A code that nobody named still says what kind of trouble it is. Source quench and redirects are no errors: the
 * packet went on (RFC 6633, RFC 1122 §3.2.2.2).
 */
import type { ErrorCode } from '../measure/singleton.ts';

export interface IcmpError {
  readonly code: ErrorCode;
  readonly text: string;
}

const V4_UNREACHABLE: readonly IcmpError[] = [
  { code: 'net-unreachable', text: 'network unreachable' },
  { code: 'host-unreachable', text: 'host unreachable' },
  { code: 'protocol-unreachable', text: 'protocol unreachable' },
  { code: 'port-unreachable', text: 'port unreachable' },
  { code: 'fragmentation-needed', text: 'fragmentation needed' },
  { code: 'unreachable', text: 'source route failed' },
  { code: 'net-unreachable', text: 'destination network unknown' },
  { code: 'host-unreachable', text: 'destination host unknown' },
  { code: 'unreachable', text: 'source host isolated' },
  { code: 'admin-prohibited', text: 'network administratively prohibited' },
  { code: 'admin-prohibited', text: 'host administratively prohibited' },
  { code: 'net-unreachable', text: 'network unreachable for this type of service' },
  { code: 'host-unreachable', text: 'host unreachable for this type of service' },
  { code: 'admin-prohibited', text: 'communication administratively prohibited' },
  { code: 'admin-prohibited', text: 'host precedence violation' },
  { code: 'admin-prohibited', text: 'precedence cutoff in effect' },
];

const V6_UNREACHABLE: readonly IcmpError[] = [
  { code: 'net-unreachable', text: 'no route to destination' },
  { code: 'admin-prohibited', text: 'communication administratively prohibited' },
  { code: 'unreachable', text: 'beyond the scope of the source address' },
  { code: 'host-unreachable', text: 'address unreachable' },
  { code: 'port-unreachable', text: 'port unreachable' },
  { code: 'admin-prohibited', text: 'source address failed ingress or egress policy' },
  { code: 'net-unreachable', text: 'reject route to destination' },
  { code: 'unreachable', text: 'error in source routing header' },
];

const EXCEEDED: Record<4 | 6, readonly IcmpError[]> = {
  4: [
    { code: 'ttl-exceeded', text: 'time to live exceeded in transit' },
    { code: 'reassembly-exceeded', text: 'fragment reassembly time exceeded' },
  ],
  6: [
    { code: 'ttl-exceeded', text: 'hop limit exceeded in transit' },
    { code: 'reassembly-exceeded', text: 'fragment reassembly time exceeded' },
  ],
};

const PARAMETER: Record<4 | 6, readonly string[]> = {
  4: ['an octet of the header', 'a required option is missing', 'bad length'],
  6: [
    'erroneous header field',
    'unrecognized next header',
    'unrecognized IPv6 option',
    'first fragment lacks headers', // RFC 7112 §5
  ],
};

/** Name of an error message; null for a type that is no error. `mtu` 0 is "not told". */
export function nameIcmpError(family: 4 | 6, type: number, code: number, mtu: number): IcmpError | null {
  switch (`${family}/${type}`) {
    case '4/3':
      if (code === 4) return tooBig('fragmentation needed', mtu);
      return V4_UNREACHABLE[code] ?? { code: 'unreachable', text: `destination unreachable, code ${code}` };
    case '6/1':
      return V6_UNREACHABLE[code] ?? { code: 'unreachable', text: `destination unreachable, code ${code}` };
    case '6/2':
      return tooBig('packet too big', mtu);
    case '4/11':
    case '6/3':
      return EXCEEDED[family][code] ?? { code: 'ttl-exceeded', text: `time exceeded, code ${code}` };
    case '4/12':
    case '6/4':
      return {
        code: 'parameter-problem',
        text: `parameter problem: ${PARAMETER[family][code] ?? `code ${code}`}`,
      };
    default:
      return null;
  }
}

function tooBig(text: string, mtu: number): IcmpError {
  return { code: 'fragmentation-needed', text: mtu === 0 ? text : `${text}, next-hop MTU ${mtu}` };
}
