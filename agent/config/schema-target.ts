/**
 * What may be written for a target. Its kind is the key that says what to probe: `icmp`, `tcp`, `http` or `dns`.
 */
import * as z from 'zod';
import type { DnsRecordType, ProbeKind } from '../measure/target.ts';
import { parseHost, parseHostPort } from './address.ts';
import { choice, duration, flag, integer, line, notes, parsed } from './fields.ts';
import { partialThresholds } from './schema-thresholds.ts';
import {
  dscpField,
  headersField,
  hostField,
  interfaceField,
  queryField,
  sourceField,
  statusField,
  urlField,
} from './target-fields.ts';

/** A hundred probes a second show any path; still shorter intervals only load it. */
export const SHORTEST_EVERY_MS = 10;
/** Three of these are the longest window there may be. */
export const LONGEST_EVERY_MS = 3_600_000;

const every = (why: string, fallback: string) =>
  duration({
    what: 'How often the target is probed.',
    min: SHORTEST_EVERY_MS,
    max: LONGEST_EVERY_MS,
    why: `${why} Below 100ms only with probe.iOwnThisNetwork: true.`,
    example: fallback,
  }).prefault(fallback);

const timeout = (why: string, fallback: string) =>
  duration({
    what: 'After how long without an answer a probe counts as lost.',
    min: 10,
    max: 60_000,
    why,
    example: fallback,
  }).prefault(fallback);

/** The site of targets that name none. */
export const DEFAULT_SITE = 'default';

const name = line(200, {
  what: 'Name of the target, unique among targets; the page, metrics and alarms call it so.',
  examples: ['syd-core'],
});

const head = {
  name,
  site: line(200, {
    what: 'Name of the site the target stands in; a site not listed under sites is made with its defaults.',
    examples: ['syd-dc1'],
  }).prefault(DEFAULT_SITE),
};

const common = {
  enabled: flag({ what: 'Whether the target is probed; false takes out one that another source defines.' }).prefault(
    true,
  ),
  family: z
    .literal([4, 6])
    .register(notes, {
      what: 'Address family to resolve a host name in; unless set, what resolves, IPv4 first.',
      allowed: '4 or 6',
      examples: [6],
    })
    .optional(),
  thresholds: partialThresholds('Limits of this target, in place of those of its site and of all.').optional(),
};

const icmpTarget = z
  .strictObject({
    ...head,
    icmp: hostField('Address or host name to ping.', '10.20.0.1'),
    ...common,
    every: every('One packet of 84 bytes a second is 0.7 kbit/s, and shows an outage of a second.', '1s'),
    timeout: timeout('Longer than the way around the world and back.', '1s'),
    size: integer(16, 65_507, 'bytes', {
      what: 'Size of the ICMP payload, as ping -s has it.',
      why: '56 makes an IPv4 packet of 84 bytes as ping sends it; the first 16 carry what proves a reply is ours; 65507 fills the largest IPv4 packet.',
      examples: [56, 1472],
    }).prefault(56),
    df: flag({
      what: 'Forbid fragmenting, so that a packet too big for the path comes back as an error with the MTU.',
    }).prefault(false),
    dscp: dscpField.prefault(0),
    ttl: integer(1, 255, 'hops', {
      what: 'Time to live (hop limit) of the probe.',
      why: '64 is what Linux sends.',
      examples: [64],
    }).prefault(64),
    source: sourceField.optional(),
    interface: interfaceField.optional(),
  })
  .register(notes, { what: 'A target pinged by ICMP echo.', allowed: 'a map', examples: [] });

const tcpTarget = z
  .strictObject({
    ...head,
    tcp: parsed(
      {
        what: 'Host and port to connect to; an IPv6 address in brackets.',
        allowed: 'host:port with a port from 1 to 65535',
        examples: ['erp.corp.example:443', '[2001:db8::1]:443'],
        json: { type: 'string', pattern: '^(\\[[0-9a-fA-F:.]+\\]|[^:\\[\\]\\s/]+):[0-9]{1,5}$' },
      },
      (value) => {
        const split = parseHostPort(value);
        if (!split.ok) return split;
        const host = parseHost(split.value.host);
        return host.ok ? split : host;
      },
    ),
    ...common,
    every: every('Each probe opens a connection at the far end, so less often than a ping.', '5s'),
    timeout: timeout('Leaves room for one repeated SYN, which Linux sends after a second.', '3s'),
    source: sourceField.optional(),
  })
  .register(notes, { what: 'A target probed by a TCP handshake.', allowed: 'a map', examples: [] });

const httpTarget = z
  .strictObject({
    ...head,
    http: urlField,
    ...common,
    every: every('Each probe is a request the server works for.', '10s'),
    timeout: timeout('People give up on a page about then.', '10s'),
    method: choice(['GET', 'HEAD'], { what: 'Method of the request.' }).prefault('GET'),
    headers: headersField.optional(),
    insecure: flag({ what: 'Accept any certificate; how many days it has left is shown all the same.' }).prefault(
      false,
    ),
    expect: z
      .strictObject({
        status: statusField.prefault('2xx'),
        body: z
          .string()
          .min(1)
          .max(1000)
          .register(notes, {
            what: 'Text the body of the answer must contain.',
            allowed: 'text of 1 to 1000 characters',
            examples: ['"status":"ok"'],
          })
          .optional(),
      })
      .register(notes, { what: 'What the answer must be.', allowed: 'a map of status and body', examples: [] })
      .prefault({}),
  })
  .register(notes, { what: 'A target probed by an HTTP or HTTPS request.', allowed: 'a map', examples: [] });

const RECORD_TYPES = ['A', 'AAAA', 'CNAME', 'MX', 'NS', 'PTR', 'SOA', 'SRV', 'TXT'] as const satisfies DnsRecordType[];

const dnsTarget = z
  .strictObject({
    ...head,
    dns: z
      .strictObject({
        server: hostField('The DNS server to ask.', '10.20.0.53'),
        query: queryField,
        type: choice(RECORD_TYPES, { what: 'Record type asked for.' }).prefault('A'),
        transport: choice(['udp', 'tcp'], {
          what: 'Transport of the question.',
          why: 'Resolvers ask over UDP; TCP shows whether a firewall lets large answers through.',
        }).prefault('udp'),
        port: integer(1, 65_535, '', { what: 'Port of the server.', examples: [53] }).prefault(53),
      })
      .register(notes, {
        what: 'The question and whom to ask.',
        allowed: 'a map of server, query, type, transport and port',
        examples: [{ server: '10.20.0.53', query: 'corp.example' }],
      }),
    ...common,
    every: every('Often enough to see a resolver fail, seldom enough not to fill its log.', '5s'),
    timeout: timeout('A stub resolver waits 5s; a name that takes 2s is already felt.', '2s'),
    expect: z
      .strictObject({
        answers: z
          .array(line(1000, { what: 'A text that must be among the answers.', examples: ['10.20.0.10'] }))
          .min(1)
          .register(notes, {
            what: 'Texts that must all be among the answers; unless set, any answer without an error will do.',
            allowed: 'a list of texts',
            examples: [['10.20.0.10']],
          }),
      })
      .register(notes, { what: 'What the answer must hold.', allowed: 'a map of answers', examples: [] })
      .optional(),
  })
  .register(notes, { what: 'A target probed by a DNS question.', allowed: 'a map', examples: [] });

/** The schema of each kind; a target is checked against that of its own kind only. */
export const TARGET_SCHEMAS = { icmp: icmpTarget, tcp: tcpTarget, http: httpTarget, dns: dnsTarget };
export const PROBE_KINDS = ['icmp', 'tcp', 'http', 'dns'] as const satisfies ProbeKind[];

export const targetSchema = z.union([icmpTarget, tcpTarget, httpTarget, dnsTarget]);
