/**
 * JSON Schemas of the events that go to EventBridge, one a detail-type, as the whole event looks in a rule or at a
 * target (draft 4, which EventBridge's schema registry takes). `node packaging/event-schemas.ts` writes them to
 * packaging/events; a test holds the files against this and every event that is sent against the files.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { argv } from 'node:process';
import { pathToFileURL } from 'node:url';
import { DETAIL_TYPES, SOURCE } from '../agent/publish/event-detail.ts';
import type { CanaryEvent } from '../agent/verdict/snapshot.ts';

type Schema = Readonly<Record<string, unknown>>;

const text = (description: string): Schema => ({ type: 'string', minLength: 1, description });
const STATES = ['up', 'degraded', 'down', 'unknown'];
const state = (description: string): Schema => ({ enum: [...STATES, null], description });

/** What one detail-type has of its own. */
const OWN: Readonly<Record<string, Schema>> = {
  [DETAIL_TYPES.target]: {
    site: text('Site of the target.'),
    from: { enum: STATES, description: 'State before.' },
    to: { enum: STATES, description: 'State since `at`.' },
  },
  [DETAIL_TYPES.site]: {
    site: text('The site.'),
    from: { enum: STATES, description: 'State before.' },
    to: { enum: STATES, description: 'State since `at`.' },
  },
};

const kindsOf = (detailType: string): string[] =>
  (Object.keys(DETAIL_TYPES) as CanaryEvent['kind'][]).filter((kind) => DETAIL_TYPES[kind] === detailType);

function schemaOf(detailType: string): Schema {
  const properties: Schema = {
    schemaVersion: {
      enum: ['1'],
      description: 'Rises if a field changes its meaning or goes; new fields do not count.',
    },
    id: text('Stays with the event: one that is delivered twice has the same.'),
    vpc: text('As the dimension VpcId of the metrics.'),
    instance: text('Instance id, or host name off EC2.'),
    kind: { enum: kindsOf(detailType), description: 'What it is about.' },
    layer: {
      enum: ['data-plane', 'bgp-tunnels', 'routes', 'aws-agent'],
      description: 'Lane of the time line.',
    },
    subject: text('Name of the target, site, tunnel, subnet, route table or part of the agent.'),
    site: { type: ['string', 'null'], description: 'Site it belongs to, if to one.' },
    at: {
      type: 'string',
      pattern: '^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}\\.\\d{3}Z$',
      description: 'When it changed, to 0.1 s: the first lost probe, not its discovery.',
    },
    from: state('State before; null for what is no change of state.'),
    to: state('State since `at`; null for what is no change of state.'),
    lastedSeconds: { type: ['number', 'null'], minimum: 0, description: 'How long `from` had lasted.' },
    text: text('Headline in words.'),
    reasons: {
      type: 'array',
      maxItems: 20,
      items: {
        type: 'object',
        properties: { code: text('Stable, for scripts.'), text: text('In words.') },
        required: ['code', 'text'],
      },
      description: 'Why, on what evidence.',
    },
    ...OWN[detailType],
  };
  return {
    $schema: 'http://json-schema.org/draft-04/schema#',
    title: detailType,
    type: 'object',
    properties: {
      source: { enum: [SOURCE] },
      'detail-type': { enum: [detailType] },
      time: { type: 'string', description: 'As detail.at, in whole seconds.' },
      resources: { type: 'array', items: { type: 'string' }, description: 'ARN of the VPC, where it is known.' },
      detail: { type: 'object', properties, required: Object.keys(properties) },
    },
    required: ['source', 'detail-type', 'detail'],
  };
}

/** By file name. */
export function eventSchemas(): ReadonlyMap<string, string> {
  return new Map(
    [...new Set(Object.values(DETAIL_TYPES))].map((detailType) => [
      `${detailType.toLowerCase().replaceAll(' ', '-')}.schema.json`,
      `${JSON.stringify(schemaOf(detailType), null, 2)}\n`,
    ]),
  );
}

function write(folder: string): void {
  mkdirSync(folder, { recursive: true });
  for (const [name, content] of eventSchemas()) writeFileSync(join(folder, name), content);
}

if (import.meta.url === pathToFileURL(argv[1] ?? '').href) write('packaging/events');
