/**
 * EC2's answers as XML, written by the SDK's own model of each action: element names are the model's `xmlName`, list
 * members are `item`, times are ISO 8601. A value that the model does not know is an error of the test.
 */
import { randomUUID } from 'node:crypto';

/** A schema as the SDK's clients carry them: arrays whose first element is the kind; references are functions. */
type Schema = unknown;
const SCALAR = 0;
const LIST = 1;
const STRUCT = 3;

interface Shape {
  readonly schema: Schema;
  readonly traits: Readonly<Record<string, unknown>>;
}

function resolved(reference: Schema): Shape {
  if (typeof reference === 'function') return resolved(reference());
  if (Array.isArray(reference) && (reference.length === 2 || typeof reference[0] !== 'number')) {
    const inner = resolved(reference[0]);
    return { schema: inner.schema, traits: { ...inner.traits, ...(reference[1] as object) } };
  }
  return { schema: reference, traits: {} };
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

function content(schema: Schema, value: unknown, where: string): string {
  if (!Array.isArray(schema) || schema[0] === SCALAR) {
    return escaped(value instanceof Date ? value.toISOString().replace(/\.\d+Z$/, '.000Z') : String(value));
  }
  if (schema[0] === LIST) {
    const { schema: member, traits } = resolved(schema[4]);
    const name = String(traits['xmlName']);
    return (value as unknown[]).map((one) => `<${name}>${content(member, one, where)}</${name}>`).join('');
  }
  if (schema[0] !== STRUCT) throw new TypeError(`${where}: a schema of kind ${String(schema[0])}`);
  const names = schema[4] as string[];
  return Object.entries(value as object)
    .filter(([, inner]) => inner !== undefined)
    .map(([key, inner]) => {
      const place = names.indexOf(key);
      if (place < 0) throw new TypeError(`${where}.${key}: not in AWS's model`);
      const { schema: member, traits } = resolved((schema[5] as Schema[])[place]);
      const name = String(traits['xmlName'] ?? key);
      return `<${name}>${content(member, inner, `${where}.${key}`)}</${name}>`;
    })
    .join('');
}

/** @param result the SDK's schema of the action's result */
export function answerXml(action: string, result: Schema, value: object): string {
  const { schema } = resolved(result);
  return `<?xml version="1.0" encoding="UTF-8"?>
<${action}Response xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><requestId>${randomUUID()}</requestId>${content(schema, value, action)}</${action}Response>`;
}

export function errorXml(code: string, message: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?>
<Response><Errors><Error><Code>${code}</Code><Message>${escaped(message)}</Message></Error></Errors><RequestID>${randomUUID()}</RequestID></Response>`;
}
