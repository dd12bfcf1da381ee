/**
 * The benchmarks: `npm run bench [-- --only NAME,NAME] [--quick] [--out FILE]`.
 *
 * Every figure stands beside a peer's from the same run, and ratios are what the budgets (DESIGN 9) are about:
 * absolute times belong to the machine. Needs root and the tools the tests need; prints Markdown tables and writes
 * everything as JSON. Ends with 1 when a budget is missed.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, release } from 'node:os';
import { dirname } from 'node:path';
import { parseArgs } from 'node:util';
import { labSkip } from '../netns/lab.ts';
import { cpu } from './cpu.ts';
import { flows } from './flows.ts';
import { history } from './history.ts';
import { idle } from './idle.ts';
import { memory } from './memory.ts';
import { memoryMaxBench } from './memory-max.ts';
import { ownLoss } from './own-loss.ts';
import { page } from './page.ts';
import { publish } from './publish.ts';
import { rttError } from './rtt-error.ts';
import { start } from './start.ts';
import { type Bench, type Report, renderReport } from './table.ts';

const BENCHES: readonly Bench[] = [
  rttError,
  cpu,
  ownLoss,
  idle,
  memory,
  memoryMaxBench,
  start,
  history,
  flows,
  publish,
  page,
];

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    quick: { type: 'boolean', default: false },
    out: { type: 'string', default: 'test/bench/results/latest.json' },
    help: { type: 'boolean', default: false },
  },
});
const names = BENCHES.map((bench) => bench.name);
const only = values.only?.split(',') ?? names;
const unknown = only.filter((name) => !names.includes(name));
const problem = labSkip('fping', 'ping', 'tcpdump', '/dev/net/tun');

if (values.help || unknown.length > 0) {
  for (const name of unknown) console.error(`there is no benchmark ${name}`);
  console.log('npm run bench [-- --only NAME,…] [--quick] [--out FILE]\n');
  for (const bench of BENCHES) console.log(`  ${bench.name.padEnd(12)} ${bench.about}`);
  process.exit(unknown.length > 0 ? 2 : 0);
}
if (problem !== false) {
  console.error(`the benchmarks cannot run here: ${problem}`);
  process.exit(2);
}

const machine = {
  kernel: release(),
  node: process.version,
  arch: process.arch,
  cores: cpus().length,
  processor: cpus()[0]?.model ?? null,
  /** Of the minute before. */
  load: loadavg()[0] ?? 0,
};
console.log(
  `Node ${machine.node}, Linux ${machine.kernel}, ${machine.cores} × ${machine.processor}${values.quick ? ', quick' : ''}\n`,
);

if (machine.load > 0.5) {
  console.log(
    `This machine is busy (load ${machine.load.toFixed(1)}): CPU, tails and start times are not to be trusted.\n`,
  );
}

process.once('SIGTERM', () => process.exit(143));
process.once('SIGINT', () => process.exit(130));

const reports: Record<string, Report> = {};
for (const bench of BENCHES.filter(({ name }) => only.includes(name))) {
  const report = await bench.run(values.quick, (text) => process.stderr.write(`  ${bench.name}: ${text}\n`));
  reports[bench.name] = report;
  console.log(renderReport(report));
}

mkdirSync(dirname(values.out), { recursive: true });
writeFileSync(
  values.out,
  `${JSON.stringify({ at: new Date().toISOString(), quick: values.quick, machine, reports }, null, 2)}\n`,
);
console.log(`written to ${values.out}`);
process.exit(Object.values(reports).some(({ budgets }) => budgets.some(({ holds }) => !holds)) ? 1 : 0);
