/** Holds an event, as it goes to EventBridge, against the published schema of its detail-type. */
import { globSync, readFileSync } from 'node:fs';
import { Ajv, type ValidateFunction } from 'ajv';
import type { BusEvent } from '../../agent/aws/event-bridge.ts';

const validators = new Map<string, ValidateFunction>();

function load(): void {
  for (const file of globSync('packaging/events/*.schema.json')) {
    // draft 4, of which these use only what later drafts have too
    const { $schema: _, ...schema } = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
    validators.set(
      String(schema['title']),
      new Ajv({ strict: true, allowUnionTypes: true, allErrors: true }).compile(schema),
    );
  }
}

/** Empty when all is well. */
export function eventProblems({ source, detailType, detail, at, resources }: BusEvent): string[] {
  if (validators.size === 0) load();
  const validate = validators.get(detailType);
  if (validate === undefined) return [`there is no schema of ${detailType}`];
  const time = new Date(at).toISOString().replace(/\.\d+/, '');
  const whole = { source, 'detail-type': detailType, time, resources, detail: JSON.parse(detail) };
  return validate(whole)
    ? []
    : (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}
