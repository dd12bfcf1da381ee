/** The pieces every part of the exposition is made of: samples and their labels. */

/** Suffix of the sample's name ("_bucket"), its labels without braces, its value; null means no sample. */
export type Sample = readonly [suffix: '' | '_bucket' | '_sum' | '_count', labels: string, value: number | null];

const escapeLabel = (value: string): string =>
  value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');

export const label = (name: string, value: string): string => `${name}="${escapeLabel(value)}"`;

export const seconds = (ms: number | null | undefined): number | null =>
  ms === null || ms === undefined ? null : ms / 1000;
