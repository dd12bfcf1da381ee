/**
 * The one schema of the configuration: every key with what it is, its unit, range, default and why.
 *
 * It serves checking (`validate.ts`), filling in defaults (`fill.ts`), names of environment variables
 * (`settings.ts`) and the JSON Schema for editors (`json-schema.ts`). Keys of one map stand in the order in which
 * `config show` prints them.
 */
import * as z from 'zod';
import type { LinkKind } from '../measure/target.ts';
import { familyOf, parseCidr, parseHostPort } from './address.ts';
import { choice, flag, inRange, integer, line, notes, parsed } from './fields.ts';
import { flowsSchema } from './schema-flows.ts';
import { awsSchema, parametersSchema, publishSchema } from './schema-publish.ts';
import { targetSchema } from './schema-target.ts';
import { globalThresholds, partialThresholds } from './schema-thresholds.ts';
import { vpcSchema } from './schema-vpc.ts';
import { secretNote, secretRefOf } from './secret-ref.ts';
import { interfaceField, sourceField } from './target-fields.ts';
import { formatSize, type Parsed, parseSize, SIZE_PATTERN } from './units.ts';

const CIDR_JSON = { type: 'string', pattern: '^[0-9a-fA-F:.]+(/[0-9]{1,3})?$' };

const LINKS = [
  'direct-connect',
  'vpn',
  'transit-gateway',
  'peering',
  'internet',
  'local',
] as const satisfies LinkKind[];

const site = z
  .strictObject({
    cidrs: z
      .array(
        parsed(
          { what: 'A prefix of the site.', allowed: 'a prefix', examples: ['10.20.0.0/16'], json: CIDR_JSON },
          parseCidr,
        ),
      )
      .register(notes, {
        what: 'Prefixes of the site; traffic to them counts as traffic to the site.',
        allowed: 'a list of prefixes',
        examples: [['10.20.0.0/16']],
      })
      .prefault([]),
    critical: flag({
      what: 'Whether /healthz answers 503 while the site is down.',
      why: 'Off, because a load balancer may act on that answer.',
    }).prefault(false),
    expect: z
      .strictObject({
        link: choice(LINKS, { what: 'How the site is reached when all is well.' }).optional(),
        mtu: integer(576, 9216, 'bytes', {
          what: 'Largest packet the way to the site should carry.',
          why: 'From the least every IPv4 host takes in one piece (RFC 791) to a jumbo frame.',
          examples: [1500, 8500],
        }).optional(),
      })
      .register(notes, {
        what: 'What is expected of the way to the site.',
        allowed: 'a map of link and mtu',
        examples: [],
      })
      .prefault({}),
    thresholds: partialThresholds('Limits of the targets of this site, in place of those of all.').optional(),
  })
  .register(notes, { what: 'A place that targets stand in.', allowed: 'a map', examples: [] });

const http = z
  .strictObject({
    listen: parsed(
      {
        what: 'Address and port the page, metrics and PRTG are served on.',
        allowed: 'address:port with a port from 0 to 65535 (0 takes a free one)',
        why: 'Only this host, because nothing asks for a password until http.auth is set; 0.0.0.0:8080 serves all of IPv4.',
        examples: ['127.0.0.1:8080', '0.0.0.0:8080', '[::]:8080'],
        json: { type: 'string', pattern: '^(\\[[0-9a-fA-F:.]+\\]|[0-9.]+|localhost):[0-9]{1,5}$' },
      },
      parseListen,
    ).prefault('127.0.0.1:8080'),
    names: z
      .array(line(253, { what: 'A host name of this server.', examples: ['canary.corp.example'] }))
      .register(notes, {
        what: 'Host names by which people call this server, beside its addresses and its own name; requests for others are refused.',
        allowed: 'a list of host names',
        examples: [['canary.corp.example']],
      })
      .prefault([]),
    allow: z
      .array(
        parsed(
          { what: 'Clients let in.', allowed: 'a prefix or an address', examples: ['10.0.0.0/8'], json: CIDR_JSON },
          parseCidr,
        ),
      )
      .min(1)
      .register(notes, {
        what: 'Clients let in; unless set, whoever can connect.',
        allowed: 'a list of at least one prefix or address',
        examples: [['10.0.0.0/8', '192.0.2.7']],
      })
      .optional(),
    auth: z
      .strictObject({
        basic: z
          .array(
            z
              .strictObject({
                user: z
                  .string()
                  .regex(/^[^\p{Cc}:]{1,100}$/u)
                  .register(notes, {
                    what: 'Name of the user.',
                    allowed: 'up to 100 characters without a colon (RFC 7617)',
                    examples: ['prtg'],
                  }),
                password: parsed(secretNote('Where the password of the user is kept.'), secretRefOf),
              })
              .register(notes, { what: 'A user.', allowed: 'a map of user and password', examples: [] }),
          )
          .register(notes, {
            what: 'Users of HTTP basic authentication.',
            allowed: 'a list of maps of user and password',
            examples: [[{ user: 'prtg', password: 'file:/etc/vpc-canary/prtg.password' }]],
          })
          .prefault([]),
        bearer: z
          .array(parsed(secretNote('Where a bearer token is kept.'), secretRefOf))
          .register(notes, {
            what: 'Tokens of bearer authentication.',
            allowed: 'a list of places of secrets',
            examples: [['file:/etc/vpc-canary/metrics.token']],
          })
          .prefault([]),
      })
      .register(notes, {
        what: 'Who may ask; unless set, nobody needs a password. /livez never does.',
        allowed: 'a map of basic and bearer',
        examples: [],
      })
      .optional(),
    tls: z
      .strictObject({
        certificate: pathField('certificate chain', 'page.crt'),
        key: pathField('private key', 'page.key'),
      })
      .register(notes, {
        what: 'Serve HTTPS with this certificate; unless set, plain HTTP.',
        allowed: 'a map of certificate and key',
        examples: [],
      })
      .optional(),
  })
  .register(notes, { what: 'The page, metrics and PRTG over HTTP.', allowed: 'a map', examples: [] });

function pathField(what: string, file: string) {
  return z
    .string()
    .regex(/^\/[^\0]*$/)
    .register(notes, {
      what: `File with the ${what}, in PEM.`,
      allowed: 'a path from the root',
      examples: [`/etc/vpc-canary/${file}`],
    });
}

function parseListen(value: unknown): Parsed<{ readonly host: string; readonly port: number }> {
  const split = parseHostPort(value, 0);
  if (!split.ok) return { ...split, fix: 'write for example 127.0.0.1:8080, 0.0.0.0:8080 or "[::]:8080"' };
  const { host, port } = split.value;
  if (host === 'localhost') return { ok: true, value: { host: '127.0.0.1', port } };
  if (familyOf(host) !== null) return split;
  const fix = `write an address of this host, or 0.0.0.0:${port} for all of them`;
  return { ok: false, text: 'the page listens on an address, not on a name', fix };
}

export const configSchema = z.strictObject({
  $schema: z
    .string()
    .register(notes, {
      what: 'Where an editor finds the JSON Schema; the agent does not look.',
      allowed: 'text',
      examples: [],
    })
    .optional(),
  title: line(100, {
    what: 'Name in the head of the page; unless set, that of the VPC or of this host.',
    examples: ['prod-syd'],
  }).optional(),
  thresholds: globalThresholds.prefault({}),
  sites: z
    .record(line(200, { what: 'Name of the site.', examples: ['syd-dc1'] }), site)
    .register(notes, {
      what: 'The places that targets stand in, by name.',
      allowed: 'a map of site names',
      examples: [
        { 'syd-dc1': { cidrs: ['10.20.0.0/16'], critical: true, expect: { link: 'direct-connect', mtu: 1500 } } },
      ],
    })
    .prefault({}),
  targets: z
    .array(targetSchema)
    .register(notes, {
      what: 'What is probed; unless set, 127.0.0.1 and ::1.',
      allowed: 'a list of targets',
      examples: [[{ name: 'syd-core', site: 'syd-dc1', icmp: '10.20.0.1' }]],
    })
    .optional(),
  probe: z
    .strictObject({
      iOwnThisNetwork: flag({
        what: 'Consent to intervals below 100ms.',
        why: 'Ten packets a second is what networks tolerate from anybody (RFC 8085 §3.1 asks for far less); more may look like an attack.',
      }).prefault(false),
      source: sourceField.optional(),
      interface: interfaceField.optional(),
    })
    .register(notes, {
      what: 'How probes are sent, for all targets that do not say otherwise.',
      allowed: 'a map of iOwnThisNetwork, source and interface',
      examples: [],
    })
    .prefault({}),
  flows: flowsSchema.prefault({}),
  vpc: vpcSchema.prefault({}),
  http: http.prefault({}),
  history: z
    .strictObject({
      mode: choice(['disk', 'memory', 'off'], {
        what: 'Where the past is kept; without a writable state directory disk becomes memory.',
      }).prefault('disk'),
      maxBytes: parsed(
        {
          what: 'Most that the history may take.',
          allowed: 'a size from 1MB to 10GB (1MB is 1,000,000 bytes, 1MiB is 1,048,576)',
          why: 'Room for 14 days of 50 targets on the 8 GB disk of a small instance.',
          examples: ['64MB'],
          json: {
            anyOf: [
              { type: 'string', pattern: SIZE_PATTERN },
              { type: 'integer', minimum: 1_000_000, maximum: 1e10 },
            ],
          },
        },
        (value) => inRange(parseSize(value), 1e6, 1e10, formatSize),
      ).prefault('64MB'),
    })
    .register(notes, { what: 'What the page shows of the past.', allowed: 'a map of mode and maxBytes', examples: [] })
    .prefault({}),
  publish: publishSchema.prefault({}),
  parameters: parametersSchema.prefault({}),
  aws: awsSchema.prefault({}),
  state: z
    .strictObject({
      directory: z
        .string()
        .regex(/^\/[^\0]*$/)
        .register(notes, {
          what: 'Directory for what outlives a restart.',
          allowed: 'a path from the root',
          why: 'Under systemd it is $STATE_DIRECTORY.',
          examples: ['/var/lib/vpc-canary'],
        })
        .prefault('/var/lib/vpc-canary'),
    })
    .register(notes, { what: 'What outlives a restart.', allowed: 'a map of directory', examples: [] })
    .prefault({}),
  log: z
    .strictObject({
      level: choice(['trace', 'debug', 'info', 'warn', 'error', 'silent'], {
        what: 'Least important lines that are logged.',
      }).prefault('info'),
      format: choice(['text', 'json'], {
        what: 'Form of the lines: text for people and journald, json for collectors.',
      }).prefault('text'),
    })
    .register(notes, { what: 'The log on standard output.', allowed: 'a map of level and format', examples: [] })
    .prefault({}),
});

/** The configuration as checked, before it becomes `Config`. */
export type Written = z.output<typeof configSchema>;
