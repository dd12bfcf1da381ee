/**
 * The filled tree against the schema. Each target is checked against the schema of its own kind, because of a union
 * zod would tell what every kind finds wrong with it.
 */
import * as z from 'zod';
import type { ProbeKind } from '../measure/target.ts';
import { exampleOf, type FailureParams } from './fields.ts';
import type { Finding } from './findings.ts';
import { kindsOf, noteOf, schemaAt, settablePaths, unwrap } from './navigate.ts';
import { displayValue } from './problem.ts';
import { configSchema, type Written } from './schema.ts';
import { PROBE_KINDS, TARGET_SCHEMAS } from './schema-target.ts';
import { nearest, suggestKey } from './suggest.ts';
import { type MapNode, type Node, nodeAt, type Path, plain } from './tree.ts';

/** A target as checked, with its kind beside it. */
export type CheckedTarget = {
  [K in ProbeKind]: { readonly kind: K; readonly value: z.output<(typeof TARGET_SCHEMAS)[K]> };
}[ProbeKind];

export interface Checked {
  /** Complete only if there are no findings. */
  readonly written: Omit<Written, 'targets'> | null;
  readonly targets: readonly CheckedTarget[];
  readonly findings: readonly Finding[];
}

/** A schema is asked a few times in the life of an agent: that is not worth making and compiling code for it. */
const ONCE = { jitless: true };

const withoutTargets = configSchema.omit({ targets: true });

export function validate(root: MapNode): Checked {
  const findings: Finding[] = [];
  const rest = new Map([...root.entries].filter(([key]) => key !== 'targets'));
  const result = withoutTargets.safeParse(plain({ ...root, entries: rest }), ONCE);
  if (!result.success) findings.push(...result.error.issues.flatMap((issue) => findingsOf(root, [], issue)));

  const targets: CheckedTarget[] = [];
  const list = root.entries.get('targets')?.node;
  if (list?.kind === 'list') {
    list.items.forEach((item, index) => {
      const checked = checkTarget(root, item, ['targets', index]);
      if (Array.isArray(checked)) findings.push(...checked);
      else targets.push(checked);
    });
  } else if (list !== undefined) {
    findings.push({
      code: 'type',
      path: ['targets'],
      text: 'this is not a list',
      fix: 'write one "- name: …" a target',
    });
  }
  return { written: result.success ? result.data : null, targets, findings };
}

function checkTarget(root: MapNode, item: Node, path: Path): CheckedTarget | Finding[] {
  const kinds = kindsOf(item);
  const [kind, ...others] = kinds;
  if (item.kind !== 'map') {
    return [
      {
        code: 'type',
        path,
        text: 'this is not a target',
        fix: 'write a map, such as { name: syd-core, icmp: 10.20.0.1 }',
      },
    ];
  }
  if (kind === undefined) {
    const near = [...item.entries.keys()]
      .map((key) => [key, nearest(key, PROBE_KINDS)] as const)
      .find(([, kind]) => kind !== null);
    const fix =
      near === undefined ? 'add one, such as icmp: 10.20.0.1' : `did you mean ${near[1]}? Rename the key ${near[0]}`;
    return [{ code: 'missing', path, text: 'none of icmp, tcp, http, dns says what to probe', fix }];
  }
  if (others.length > 0) {
    const text = `${kinds.join(' and ')} stand in one target`;
    return [{ code: 'conflict', path, text, fix: 'make one target of each, with names of their own' }];
  }
  const value = plain(item);
  const result = TARGET_SCHEMAS[kind].safeParse(value, ONCE);
  if (!result.success) return result.error.issues.flatMap((issue) => findingsOf(root, path, issue));
  // the schema of a kind gives the output of that kind, which the index type cannot say
  return { kind, value: result.data } as CheckedTarget;
}

/** One issue of zod's in our words. */
function findingsOf(root: MapNode, base: Path, issue: z.core.$ZodIssue): Finding[] {
  const path: Path = [...base, ...issue.path.map((key) => (typeof key === 'symbol' ? String(key) : key))];
  const note = noteOf(schemaAt(root, path));
  const example = exampleOf(note);
  const value = nodeAt(root, path);
  const blank = value === undefined || (value.kind === 'scalar' && value.value === null);
  const finding = (text: string, fix: string): Finding[] => [{ code: 'value', path, text, fix }];
  switch (issue.code) {
    case 'custom': {
      // only `parsed` makes custom issues
      const params = issue.params as FailureParams;
      return [{ code: params.code, path, text: issue.message, fix: params.fix }];
    }
    case 'unrecognized_keys':
      return issue.keys.map((key) => unknownKey(root, path, key));
    case 'invalid_type':
      if (blank) return [{ code: 'missing', path, text: 'this is missing', fix: example }];
      return [typeFinding(path, issue.expected, value, example)];
    case 'invalid_value':
      if (blank) return [{ code: 'missing', path, text: 'this is missing', fix: example }];
      return finding('this is not one of the allowed values', nearestValue(value, issue.values) ?? example);
    case 'too_small':
    case 'too_big':
      return finding(`this is too ${sizeWord(issue)}`, example);
    case 'invalid_key':
      return [
        { code: 'value', path, text: 'this is not allowed as a name here', fix: 'choose another name', atKey: true },
      ];
    default:
      return finding('this is not in the right form', example);
  }
}

function sizeWord(issue: z.core.$ZodIssueTooSmall | z.core.$ZodIssueTooBig): string {
  const text = issue.origin === 'string' || issue.origin === 'array';
  if (issue.code === 'too_small') return text ? 'short' : 'small';
  return text ? 'long' : 'large';
}

const TYPE_WORDS: Readonly<Record<string, string>> = {
  string: 'text',
  int: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a map',
  record: 'a map',
};

function typeFinding(path: Path, expected: string, value: Node | undefined, example: string): Finding {
  const text = `this is not ${TYPE_WORDS[expected] ?? expected}`;
  const scalar = value?.kind === 'scalar' && value.value !== null ? String(value.value) : null;
  const fix = expected === 'string' && scalar !== null ? `put it in quotes: "${scalar}"` : example;
  return { code: 'type', path, text, fix };
}

function nearestValue(value: Node | undefined, allowed: readonly z.core.util.Primitive[]): string | null {
  if (value?.kind !== 'scalar') return null;
  const near = nearest(String(value.value), allowed.map(String));
  return near === null ? null : `did you mean ${near}`;
}

function unknownKey(root: MapNode, path: Path, key: string): Finding {
  const schema = schemaAt(root, path);
  const inner = schema === undefined ? undefined : unwrap(schema);
  const known = inner instanceof z.ZodObject ? Object.keys(inner.shape) : [];
  const elsewhere = path[0] === 'targets' ? targetPaths(root, path) : settablePaths();
  const fix = suggestKey(key, known, elsewhere) ?? `remove it; known here: ${known.join(', ')}`;
  const text = `the key ${displayValue(key)} is not known here`;
  return { code: 'unknown-key', path: [...path, key], text, fix, atKey: true };
}

/** Settable paths within a target, from the target. */
function targetPaths(root: MapNode, path: Path): (readonly string[])[] {
  const target = schemaAt(root, path.slice(0, 2));
  return target === undefined ? [] : settablePaths(target);
}
