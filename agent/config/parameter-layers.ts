/**
 * Parameters as layers of the configuration, weakest first: of each base (`/vpc-canary/default`, then that of the
 * VPC) the parameter itself, then those below it by name, each a YAML or JSON text over the ones before. What is
 * longer than a parameter may be stands in parts, `…/part-1`, `…/part-2`, which are joined before they are read.
 */
import type { Layer } from './gather.ts';

export interface NamedText {
  readonly name: string;
  readonly value: string;
}

/** Shown as the source of values. */
const SOURCE = 'Parameter Store';
const PART = /^(.+)\/part-(\d+)$/;

/** @returns the layers, and what is wrong with the parts, one line each */
export function parameterLayers(
  bases: readonly string[],
  parameters: readonly NamedText[],
): { readonly layers: readonly Layer[]; readonly problems: readonly string[] } {
  const problems: string[] = [];
  const whole = new Map<string, string>();
  const parts = new Map<string, { readonly number: number; readonly value: string }[]>();
  for (const { name, value } of parameters) {
    const [, of, number] = PART.exec(name) ?? [];
    if (of === undefined) whole.set(name, value);
    else parts.set(of, [...(parts.get(of) ?? []), { number: Number(number), value }]);
  }
  for (const [name, some] of parts) {
    const inOrder = some.toSorted((a, b) => a.number - b.number);
    const missing = inOrder.findIndex(({ number }, index) => number !== index + 1);
    if (missing !== -1) problems.push(`${SOURCE} ${name}: part-${missing + 1} is missing`);
    else if (whole.has(name)) problems.push(`${SOURCE} ${name}: this is a parameter and stands in parts too`);
    else whole.set(name, inOrder.map(({ value }) => value).join(''));
  }
  const names = [...whole.keys()].sort();
  const layers = bases.flatMap((base) =>
    names
      .filter((name) => name === base || name.startsWith(`${base}/`))
      .map((name) => ({ name: `${SOURCE} ${name}`, text: whole.get(name) ?? '' })),
  );
  return { layers, problems };
}
