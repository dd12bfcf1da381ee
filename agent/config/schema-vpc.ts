/** The part of the schema about the state of the VPC itself, as AWS's control plane tells it. */
import * as z from 'zod';
import { choice, duration, flag, integer, notes } from './fields.ts';
import { regionField, urlField } from './schema-publish.ts';
import { shareLimit } from './schema-thresholds.ts';

const group = (what: string, allowed = 'a map') => ({ what, allowed, examples: [] });

const pace = (what: string, why: string, example: string) =>
  duration({ what, min: 10_000, max: 3_600_000, why, example }).prefault(example);

const every = z
  .strictObject({
    tunnels: pace(
      'How often the tunnels of VPN connections are looked at.',
      'AWS takes 20 such calls a second in an account and region: at 60s that is enough for 1,200 canaries.',
      '60s',
    ),
    directConnect: pace(
      'How often virtual interfaces and their BGP peers are looked at.',
      'Where this account sees no virtual interface of the VPC, the pace of routes is kept.',
      '60s',
    ),
    addresses: pace(
      'How often the addresses of subnets, Elastic IPs and pools are counted.',
      'A subnet seldom fills within minutes, and a trend needs no more.',
      '5m',
    ),
    routes: pace(
      'How often route tables, gateways and attachments are looked at.',
      'Changes are rare, and tables are the largest answers.',
      '5m',
    ),
  })
  .register(notes, group('How often AWS is asked, each time 10 % sooner or later at random.'));

const thresholds = z
  .strictObject({
    usage: z
      .strictObject({
        degraded: shareLimit(
          'Share of addresses in use from which on a subnet, or a quota, is degraded.',
          'What IPAM tools warn at; a subnet of 256 addresses has 50 left.',
          '80%',
        ).prefault('80%'),
        down: shareLimit(
          'Share from which on it is critical.',
          'The next scale-out or rolling deployment may fail.',
          '95%',
        ).prefault('95%'),
      })
      .register(notes, group('Limits of addresses in use.', 'a map of degraded and down'))
      .prefault({}),
    exhaustion: duration({
      what: 'A subnet that will be full sooner than this, at the rate of the last hour or day, is degraded.',
      min: 60_000,
      max: 30 * 86_400_000,
      why: 'A day leaves time to act in working hours.',
      example: '24h',
    }).prefault('24h'),
    routes: shareLimit(
      'Share of the limits below from which on little room is left for routes or prefixes.',
      'Above the limit AWS drops routes, or takes BGP down.',
      '80%',
    ).prefault('80%'),
  })
  .register(notes, group('Limits of what the VPC has room for.'));

const limits = z
  .strictObject({
    propagatedRoutes: integer(1, 10_000, 'routes', {
      what: 'Most routes that gateways propagate into one route table.',
      why: 'AWS takes 100 and does not raise it.',
      examples: [100],
    }).prefault(100),
    staticRoutes: integer(1, 10_000, 'routes', {
      what: 'Quota of static routes of a table, for IPv4 and IPv6 each.',
      why: '50 unless AWS has raised it for the account.',
      examples: [50, 1000],
    }).prefault(50),
    prefixes: integer(1, 10_000, 'prefixes', {
      what: 'Most prefixes that a BGP session of a virtual interface takes, per address family.',
      why: '100 unless AWS has raised it, to 1,000 at most; above it the session goes idle.',
      examples: [100, 1000],
    }).prefault(100),
  })
  .register(notes, group('Quotas of AWS, where they were raised.'));

const features = z
  .strictObject({
    subnets: flag({ what: 'Whether subnets and CIDRs are watched.' }).prefault(true),
    ipam: flag({
      what: 'Whether IPAM is asked for compliance and overlap; an account without one is found out.',
    }).prefault(true),
    addresses: flag({ what: 'Whether Elastic IPs and public pools are counted.' }).prefault(true),
    tunnels: flag({ what: 'Whether VPN connections are watched.' }).prefault(true),
    directConnect: flag({ what: 'Whether Direct Connect is watched.' }).prefault(true),
    routes: flag({ what: 'Whether route tables are watched.' }).prefault(true),
  })
  .register(notes, group('Parts of the VPC that are asked for; each needs permissions of its own.'));

const networkManager = z
  .strictObject({
    queue: z
      .string()
      .regex(/^https?:\/\/[^/?#]+\/\d{12}\/[A-Za-z0-9_.-]{1,80}$/)
      .register(notes, {
        what: 'Queue of SQS into which Network Manager’s and AWS Health’s events come; unless set, none is read.',
        allowed: 'the URL of a queue',
        why: 'A queue gives each message once: every canary needs one of its own.',
        examples: ['https://sqs.us-west-2.amazonaws.com/111122223333/vpc-canary-vpc-0a1b2c3d4e5f67890'],
      })
      .optional(),
    region: regionField('Region of the queue; unless set, the one in its URL, else us-west-2.').optional(),
    endpoint: urlField(
      'Where SQS is, such as an interface endpoint without private DNS.',
      ['https:', 'http:'],
      'https://vpce-0a1b2c3d-e4f5g6h7.sqs.us-west-2.vpce.amazonaws.com',
    ).optional(),
  })
  .register(notes, group('AWS’s own events of transit gateways and Cloud WAN.', 'a map of queue, region and endpoint'));

export const vpcSchema = z
  .strictObject({
    enabled: choice(['auto', 'on', 'off'], {
      what: 'Whether the state of the VPC is watched: its addresses, tunnels, BGP, routes.',
      why: 'auto: on an EC2 instance.',
    }).prefault('auto'),
    id: z
      .string()
      .regex(/^vpc-[0-9a-f]{8,17}$/)
      .register(notes, {
        what: 'The VPC to watch; unless set, that of the instance.',
        allowed: 'the id of a VPC',
        examples: ['vpc-0a1b2c3d4e5f67890'],
      })
      .optional(),
    region: regionField('Its region; unless set, that of the instance.').optional(),
    endpoints: z
      .strictObject({
        ec2: urlField(
          'Where EC2 is, such as an interface endpoint without private DNS.',
          ['https:', 'http:'],
          'https://vpce-0a1b2c3d-e4f5g6h7.ec2.ap-southeast-2.vpce.amazonaws.com',
        ).optional(),
        directConnect: urlField(
          'Where Direct Connect is.',
          ['https:', 'http:'],
          'https://vpce-0a1b2c3d-e4f5g6h7.directconnect.ap-southeast-2.vpce.amazonaws.com',
        ).optional(),
      })
      .register(
        notes,
        group('Where AWS is asked; unless set, at the region’s own endpoints.', 'a map of ec2 and directConnect'),
      )
      .prefault({}),
    every: every.prefault({}),
    thresholds: thresholds.prefault({}),
    limits: limits.prefault({}),
    features: features.prefault({}),
    networkManager: networkManager.prefault({}),
    rules: z
      .strictObject({
        silence: z
          .array(
            z
              .string()
              .regex(/^R[0-9]{2}$/)
              .register(notes, { what: 'A rule.', allowed: 'the id of a rule', examples: ['R07'] }),
          )
          .register(notes, {
            what: 'Rules whose findings are shown apart and counted nowhere.',
            allowed: 'a list of ids of rules',
            examples: [['R07', 'R13']],
          })
          .prefault([]),
      })
      .register(notes, group('The rules of the road.', 'a map of silence'))
      .prefault({}),
  })
  .register(notes, group('The state of the VPC itself.'));
