/** The parts of the schema about AWS: publishing to CloudWatch, Parameter Store, and how AWS is reached. */
import * as z from 'zod';
import { CLOUDWATCH_METRICS, type CloudWatchMetricName, type MetricSet } from '../metric/series.ts';
import { choice, flag, inRange, integer, line, notes, parsed } from './fields.ts';
import { nearest } from './suggest.ts';
import { durationOf, formatSize, type Parsed, parseSize, SIZE_PATTERN } from './units.ts';

const PERIODS = new Set([60_000, 10_000, 1000]);

const PERIOD = /^(60 ?s|1 ?m|10 ?s|1 ?s)$/;

function parsePeriod(value: unknown): Parsed<number> {
  const ms = durationOf(value);
  if (ms !== null && PERIODS.has(ms) && PERIOD.test(String(value))) return { ok: true, value: ms };
  return { ok: false, text: 'this is not one of the allowed values', fix: 'write 60s, 10s or 1s' };
}

function parseSet(value: unknown): Parsed<MetricSet> {
  if (value === 'essential' || value === 'full') return { ok: true, value };
  const names: unknown[] = Array.isArray(value) ? value : typeof value === 'string' ? value.split(/\s*,\s*/) : [];
  const known = CLOUDWATCH_METRICS;
  const chosen = known.filter((name) => names.includes(name));
  const wrong = names.find((name) => !known.includes(name as CloudWatchMetricName));
  if (wrong === undefined && chosen.length > 0) return { ok: true, value: chosen };
  const near = typeof wrong === 'string' ? nearest(wrong, [...known, 'essential', 'full']) : null;
  return {
    ok: false,
    text: 'this is no set of metrics',
    fix: near === null ? 'write essential, full, or a list such as [PacketLoss, Heartbeat]' : `did you mean ${near}`,
  };
}

const urlPattern = (schemes: readonly string[]): RegExp => new RegExp(`^(${schemes.join('|')})//[^/?#]`);

function parseUrl(schemes: readonly string[]): (value: unknown) => Parsed<string> {
  return (value) => {
    const text = typeof value === 'string' && urlPattern(schemes).test(value) ? value : '';
    const url = URL.canParse(text) ? new URL(text) : null;
    const fix = `write for example ${schemes.at(-1)}//host.corp.example`;
    if (url === null) return { ok: false, text: 'this is not a URL of the right kind', fix };
    return { ok: true, value: url.href.replace(/\/$/, '') };
  };
}

export const urlField = (what: string, schemes: readonly string[], example: string) =>
  parsed(
    {
      what,
      allowed: `a URL that begins with ${schemes.map((scheme) => `${scheme}//`).join(' or ')}`,
      examples: [example],
      json: { type: 'string', pattern: urlPattern(schemes).source },
    },
    parseUrl(schemes),
  );

export const regionField = (what: string) =>
  z
    .string()
    .regex(/^[a-z]{2}(-[a-z]+)+-\d$/)
    .register(notes, { what, allowed: 'the name of a region', examples: ['ap-southeast-2'] });

const cloudwatch = z
  .strictObject({
    enabled: choice(['auto', 'on', 'off'], {
      what: 'Whether metrics go to CloudWatch.',
      why: 'auto: on an EC2 instance, and elsewhere when region is set.',
    }).prefault('auto'),
    region: regionField('Region to publish in; unless set, that of the instance.').optional(),
    endpoint: urlField(
      'Where CloudWatch is, such as an interface endpoint without private DNS.',
      ['https:', 'http:'],
      'https://vpce-0a1b2c3d-e4f5g6h7.monitoring.ap-southeast-2.vpce.amazonaws.com',
    ).optional(),
    namespace: z
      .string()
      .regex(/^(?!AWS\/)[A-Za-z0-9._#/-][A-Za-z0-9._#/ :-]{0,254}$/)
      .register(notes, {
        what: 'CloudWatch namespace of all metrics.',
        allowed: '1 to 255 letters, digits and . - _ / # : not beginning with AWS/',
        examples: ['VpcCanary'],
      })
      .prefault('VpcCanary'),
    vpc: line(255, {
      what: 'Value of the dimension VpcId; unless set, the id of the VPC, or off EC2 the name of this host.',
      examples: ['vpc-0a1b2c3d4e5f67890', 'sydney-office'],
    }).optional(),
    period: parsed(
      {
        what: 'How often metrics are published; less than 60s is high resolution.',
        allowed: '60s, 10s or 1s',
        why: 'A request costs the same whatever it holds, so 1s costs sixty times as many.',
        examples: ['60s', '10s', '1s'],
        json: { type: 'string', pattern: PERIOD.source },
      },
      parsePeriod,
    ).prefault('60s'),
    set: parsed(
      {
        what: 'Which metrics of the catalogue are published.',
        allowed: 'essential, full, or a list of metric names',
        why: 'Every series costs money each month; vpc-canary cost says how much.',
        examples: ['essential', 'full', ['RoundTripTime', 'PacketLoss', 'Heartbeat']],
        json: { anyOf: [{ type: 'string' }, { type: 'array', items: { type: 'string' } }] },
      },
      parseSet,
    ).prefault('essential'),
    maxSeries: integer(5, 10_000, 'series', {
      what: 'Most series that are published; targets beyond are told together, as Other.',
      why: '100 series cost some 30 dollars a month.',
      examples: [100],
    }).prefault(100),
  })
  .register(notes, { what: 'CloudWatch metrics.', allowed: 'a map', examples: [] });

const eventBridge = z
  .strictObject({
    enabled: flag({
      what: 'Whether events (a target is down, a tunnel flaps, routes are withdrawn) go to EventBridge.',
      why: 'A million events cost a dollar; a rule is needed that does something with them.',
    }).prefault(false),
    bus: z
      .string()
      .regex(/^(arn:aws[a-z-]*:events:[a-z0-9-]+:\d{12}:event-bus\/)?[A-Za-z0-9._/-]{1,256}$/)
      .register(notes, {
        what: 'Name of the event bus, or its ARN when it is another account’s.',
        allowed: 'letters, digits and . - _ /, or an ARN of EventBridge',
        examples: ['default', 'arn:aws:events:ap-southeast-2:111122223333:event-bus/networks'],
      })
      .prefault('default'),
    region: regionField('Region of the bus; unless set, that of the instance.').optional(),
    endpoint: urlField(
      'Where EventBridge is, such as an interface endpoint without private DNS.',
      ['https:', 'http:'],
      'https://vpce-0a1b2c3d-e4f5g6h7.events.ap-southeast-2.vpce.amazonaws.com',
    ).optional(),
  })
  .register(notes, { what: 'Events to EventBridge.', allowed: 'a map', examples: [] });

export const publishSchema = z
  .strictObject({
    cloudwatch: cloudwatch.prefault({}),
    eventBridge: eventBridge.prefault({}),
    spool: z
      .strictObject({
        maxBytes: parsed(
          {
            what: 'Most that data waiting for CloudWatch may take on disk; beyond, the oldest are dropped.',
            allowed: 'a size from 1MB to 10GB (1MB is 1,000,000 bytes, 1MiB is 1,048,576)',
            why: 'Room for the 14 days that CloudWatch looks back, for 50 targets a minute.',
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
      .register(notes, { what: 'Data that wait on disk.', allowed: 'a map of maxBytes', examples: [] })
      .prefault({}),
  })
  .register(notes, { what: 'What is sent away.', allowed: 'a map of cloudwatch, eventBridge and spool', examples: [] });

export const parametersSchema = z
  .strictObject({
    enabled: choice(['auto', 'on', 'off'], {
      what: 'Whether configuration is read from Parameter Store, weaker than this file.',
      why: 'auto: on an EC2 instance.',
    }).prefault('auto'),
    path: z
      .string()
      .regex(/^(\/[A-Za-z0-9_.-]+)+$/)
      .register(notes, {
        what: 'Where the parameters stand: PATH/default for all, PATH/VPC-ID for one VPC, and all below these.',
        allowed: 'a path of letters, digits and . - _ from the root',
        examples: ['/vpc-canary'],
      })
      .prefault('/vpc-canary'),
    region: regionField('Region of the parameters; unless set, that of the instance.').optional(),
    endpoint: urlField(
      'Where Systems Manager is, such as an interface endpoint without private DNS.',
      ['https:', 'http:'],
      'https://vpce-0a1b2c3d-e4f5g6h7.ssm.ap-southeast-2.vpce.amazonaws.com',
    ).optional(),
  })
  .register(notes, { what: 'Configuration from Parameter Store.', allowed: 'a map', examples: [] });

export const awsSchema = z
  .strictObject({
    proxy: urlField(
      'HTTP proxy to AWS; unless set, HTTPS_PROXY and NO_PROXY of the environment count.',
      ['http:', 'https:'],
      'http://proxy.corp.example:3128',
    ).optional(),
    certificates: z
      .string()
      .regex(/^\/[^\0]*$/)
      .register(notes, {
        what: 'PEM file of further certificate authorities to trust; unless set, AWS_CA_BUNDLE of the environment.',
        allowed: 'a path from the root',
        examples: ['/etc/vpc-canary/corp-ca.pem'],
      })
      .optional(),
    fips: flag({ what: 'Whether AWS’s FIPS endpoints are used.' }).prefault(false),
  })
  .register(notes, { what: 'How AWS is reached.', allowed: 'a map of proxy, certificates and fips', examples: [] });
