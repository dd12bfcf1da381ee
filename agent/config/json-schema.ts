/**
 * The schema for editors: JSON Schema draft-07, which the YAML and JSON language servers complete and check from.
 *
 * It accepts every configuration the agent accepts. It refuses less: what only shows between values (names used
 * twice, prefixes of two sites, an interval without consent), or what no pattern says well (multicast), is left to
 * `config check`.
 */
import * as z from 'zod';
import { type Note, notes } from './fields.ts';
import { configSchema } from './schema.ts';
import { TARGET_SCHEMAS } from './schema-target.ts';

type Json = Record<string, unknown>;

export function jsonSchema(): Json {
  const schema = z.toJSONSchema(configSchema, {
    target: 'draft-07',
    io: 'input',
    unrepresentable: 'any',
    override: ({ zodSchema, jsonSchema: json }) => {
      // the type of zod's knows no way to name keywords it does not
      annotate(zodSchema, json as Json);
    },
  });
  return { ...schema, title: 'Configuration of vpc-canary', description: 'YAML or JSON; see the README.' };
}

/** Items of lists are written out or not there. */
const NEVER_BLANK = new Set<z.core.$ZodType>([configSchema, ...Object.values(TARGET_SCHEMAS)]);

function annotate(schema: z.core.$ZodType, json: Json): void {
  const note = notes.get(schema);
  if (note !== undefined) {
    Object.assign(json, note.json, { description: describe(note, schema) });
    if (note.examples.length > 0) json['examples'] = note.examples;
  }
  if (schema instanceof z.ZodPrefault && typeof schema.def.defaultValue !== 'object') {
    json['description'] = `${String(json['description'])} Default: ${String(schema.def.defaultValue)}.`;
  }
  const container = schema instanceof z.ZodObject || schema instanceof z.ZodRecord || schema instanceof z.ZodArray;
  // a key whose value is all commented out is as good as none (`fill.ts`)
  if (container && !NEVER_BLANK.has(schema)) json['type'] = [json['type'], 'null'].flat();
}

function describe(note: Note, schema: z.core.$ZodType): string {
  const allowed = schema instanceof z.ZodObject ? '' : ` Allowed: ${note.allowed}.`;
  return `${note.what}${allowed}${note.why === undefined ? '' : ` ${note.why}`}`;
}
