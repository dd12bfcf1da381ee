/** Finding one's way in the schema: wrappers off, child by key, target by kind. */
import * as z from 'zod';
import type { ProbeKind } from '../measure/target.ts';
import { type Note, notes } from './fields.ts';
import { configSchema } from './schema.ts';
import { PROBE_KINDS, TARGET_SCHEMAS, targetSchema } from './schema-target.ts';
import { childOf, type Node, type Path } from './tree.ts';

export type Schema = z.core.$ZodType;

/** The schema inside `.optional()` and `.prefault()`. */
export function unwrap(schema: Schema): Schema {
  let inner = schema;
  while (inner instanceof z.ZodPrefault || inner instanceof z.ZodOptional) inner = inner.def.innerType;
  return inner;
}

export function noteOf(schema: Schema | undefined): Note | undefined {
  return schema === undefined ? undefined : notes.get(unwrap(schema));
}

/** The kinds a target names; exactly one is right. */
export function kindsOf(target: Node | undefined): ProbeKind[] {
  return target?.kind === 'map' ? PROBE_KINDS.filter((kind) => target.entries.has(kind)) : [];
}

/** The schema of what stands under `key`. */
export function childSchema(schema: Schema | undefined, key: string | number): Schema | undefined {
  const inner = schema === undefined ? undefined : unwrap(schema);
  if (inner instanceof z.ZodObject) {
    const shape = inner.shape as Record<string, Schema>;
    return Object.hasOwn(shape, key) ? shape[key] : undefined;
  }
  if (inner instanceof z.ZodRecord) return inner.def.valueType;
  return inner instanceof z.ZodArray ? inner.def.element : undefined;
}

/** The schema of a list's item; of a target, that of its kind. */
export function itemSchema(element: Schema, item: Node | undefined): Schema {
  const [kind, another] = kindsOf(item);
  return element === targetSchema && kind !== undefined && another === undefined ? TARGET_SCHEMAS[kind] : element;
}

export function schemaAt(root: Node, path: Path): Schema | undefined {
  let schema: Schema | undefined = configSchema;
  let node: Node | undefined = root;
  for (const key of path) {
    schema = childSchema(schema, key);
    node = childOf(node, key);
    if (schema !== undefined) schema = itemSchema(schema, node);
  }
  return schema;
}

/** Paths of all keys that a single text can set: fields, and lists and maps as a whole. */
export function settablePaths(schema: Schema = configSchema, path: readonly string[] = []): (readonly string[])[] {
  const inner = unwrap(schema);
  if (!(inner instanceof z.ZodObject)) return [path];
  const shape = inner.shape as Record<string, Schema>;
  return Object.entries(shape)
    .filter(([key]) => key !== '$schema')
    .flatMap(([key, child]) => settablePaths(child, [...path, key]));
}
