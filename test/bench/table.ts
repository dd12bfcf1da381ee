/** What a benchmark says: lines of figures, each with who, over how many, and how it stands to the budget. */

export interface Line {
  readonly who: string;
  /** Case within the benchmark: "idle", "1000 targets". */
  readonly what: string;
  readonly figures: Readonly<Record<string, number | null>>;
  /** How many singletons or repetitions the figures stand on. */
  readonly n: number;
  readonly note?: string;
}

export interface Budget {
  readonly text: string;
  readonly holds: boolean;
  /** What was found, in the words of the budget: "0.31 of fping". */
  readonly found: string;
}

export interface Report {
  readonly title: string;
  readonly lines: readonly Line[];
  readonly budgets: readonly Budget[];
  /** Peers left out and why. */
  readonly missing: readonly string[];
}

export interface Bench {
  /** What `--only` calls it. */
  readonly name: string;
  readonly about: string;
  run(quick: boolean, say: (text: string) => void): Promise<Report>;
}

function figure(value: number | null | undefined): string {
  if (value === null || value === undefined) return '–';
  const size = Math.abs(value);
  if (Number.isInteger(value) && size < 1e7) return `${value}`;
  return size >= 100
    ? value.toFixed(0)
    : size >= 1
      ? value.toFixed(1)
      : size >= 0.1
        ? value.toFixed(2)
        : value.toFixed(3);
}

/** The report as a Markdown table with its budgets below. */
export function renderReport({ title, lines, budgets, missing }: Report): string {
  const names = [...new Set(lines.flatMap((line) => Object.keys(line.figures)))];
  const head = ['', 'who', ...names, 'n'];
  const rows = lines.map((line) => [
    line.what,
    line.note === undefined ? line.who : `${line.who} (${line.note})`,
    ...names.map((name) => figure(line.figures[name])),
    `${line.n}`,
  ]);
  const widths = head.map((cell, i) => Math.max(cell.length, ...rows.map((row) => row[i]!.length)));
  const render = (row: readonly string[]): string =>
    `| ${row.map((cell, i) => (i < 2 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join(' | ')} |`;
  const rule = `|${widths.map((width, i) => (i < 2 ? '-'.repeat(width + 2) : `${'-'.repeat(width + 1)}:`)).join('|')}|`;
  return [
    `### ${title}`,
    '',
    render(head),
    rule,
    ...rows.map(render),
    '',
    ...budgets.map((b) => `${b.holds ? 'holds' : 'MISSED'}: ${b.text} — ${b.found}`),
    ...missing.map((text) => `left out: ${text}`),
    '',
  ].join('\n');
}

/** The value below which share `q` of the sorted values lie (nearest rank). */
export function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(q * sorted.length) - 1))] ?? Number.NaN;
}

export const median = (values: readonly number[]): number => quantile(values, 0.5);
