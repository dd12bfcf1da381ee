/**
 * Runs the tests and closes with `N passed, N failed, N skipped`.
 *
 *   node test/run.ts [--group unit|real] [FILE-OR-FOLDER ...]
 *
 * Two groups: `unit` files run side by side; `real` ones (network namespaces, browsers, whole agents) run one
 * after the other, because they share the machine's clock and cores with the packets they time.
 * A skipped test prints its reason; with CI=true a skip counts as a failure, for there everything is installed.
 */
import { globSync } from 'node:fs';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';
import { parseArgs } from 'node:util';

const REAL_FOLDERS = ['test/netns/', 'test/browser/', 'test/install/', 'test/whole/'];
/** Guards against a run that goes green because it found nothing. */
const FEWEST_FILES = 2;

const { values, positionals } = parseArgs({
  options: { group: { type: 'string' }, list: { type: 'boolean' } },
  allowPositionals: true,
});

const named = positionals.flatMap((p) => (p.endsWith('.ts') ? [p] : globSync(`${p.replace(/\/$/, '')}/**/*.test.ts`)));
const all = (positionals.length > 0 ? named : globSync('test/**/*.test.ts')).sort();
const isReal = (file: string): boolean => REAL_FOLDERS.some((folder) => file.startsWith(folder));
const groups = {
  unit: all.filter((file) => !isReal(file)),
  real: all.filter(isReal),
};

if (positionals.length === 0 && all.length < FEWEST_FILES) {
  console.error(`only ${all.length} test files found: run this from the project's folder`);
  process.exit(1);
}
if (values.list) {
  console.log(all.join('\n'));
  process.exit(0);
}

const total = { passed: 0, failed: 0, skipped: 0 };
const failures: string[] = [];
const skips: string[] = [];

async function runGroup(files: string[], concurrency: number): Promise<void> {
  if (files.length === 0) return;
  const stream = run({ files, concurrency, timeout: 300_000, execArgv: ['--no-warnings'] });
  stream.on('test:pass', (event) => {
    if (event.details.type === 'suite') return;
    if (event.skip !== undefined) {
      total.skipped += 1;
      skips.push(`${event.name}: ${event.skip === true || event.skip === '' ? 'no reason given' : event.skip}`);
    } else if (event.nesting > 0 || event.name !== event.file) {
      total.passed += 1;
    }
  });
  stream.on('test:fail', (event) => {
    if (event.details.type === 'suite') return;
    total.failed += 1;
    failures.push(`${event.file ?? ''}: ${event.name}`);
  });
  const report = stream.compose(spec);
  for await (const chunk of report) process.stdout.write(String(chunk));
}

if (values.group === undefined || values.group === 'unit') await runGroup(groups.unit, 2);
if (values.group === undefined || values.group === 'real') await runGroup(groups.real, 1);

for (const skip of skips) console.log(`skipped: ${skip}`);
for (const failure of failures) console.log(`failed: ${failure}`);
if (process.env['CI'] === 'true' && total.skipped > 0) {
  console.log(`in CI nothing may be skipped: ${total.skipped} skipped tests count as failed`);
  total.failed += total.skipped;
}
// Through a pipe the last lines are on their way still when process.exit ends everything.
process.stdout.write(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped\n`, () =>
  process.exit(total.failed > 0 || total.passed === 0 ? 1 : 0),
);
