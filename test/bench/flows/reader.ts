/**
 * The reader of connections alone, in a namespace of its own: `reader.ts dump ROUNDS`, `reader.ts churn SECONDS`,
 * `reader.ts ss ROUNDS` (the peer: `ss -tinH` and parsing what it prints). Says one line of JSON.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { AT } from '../../../agent/flow/counters.ts';
import { planGroups } from '../../../agent/flow/group-plan.ts';
import { SocketLedger } from '../../../agent/flow/ledger.ts';
import { FlowReader } from '../../../agent/flow/reader.ts';
import { FlowTable } from '../../../agent/flow/table.ts';
import { ViewBuilder } from '../../../agent/flow/view.ts';
import { SockDiag } from '../../../agent/kernel/sock-diag.ts';

const [what, amount] = [process.argv[2], Number(process.argv[3])];
const now = (): number => performance.now();
const say = (figures: object): void => {
  process.stdout.write(`${JSON.stringify(figures)}\n`);
};

/** CPU of ended children of this process, ms (fields 16 and 17 of proc_pid_stat(5)). */
function childrenMs(): number {
  const fields = readFileSync('/proc/self/stat', 'latin1').split(') ')[1]!.split(' ');
  return (Number(fields[13]) + Number(fields[14])) * 10;
}

const ownMs = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};

function peer(rounds: number): void {
  const cpu: number[] = [];
  const wall: number[] = [];
  let sockets = 0;
  for (let round = 0; round < rounds; round += 1) {
    const before = { cpu: ownMs() + childrenMs(), wall: now() };
    const text = execFileSync('ss', ['-tinHO'], { encoding: 'latin1', maxBuffer: 1 << 30 });
    const parsed = text.split('\n').flatMap((line) => {
      const words = line.trim().split(/\s+/);
      if (words.length < 5) return [];
      const of = (name: string): number => Number(new RegExp(`\\b${name}:(\\d+)`).exec(line)?.[1] ?? 0);
      const facts = { sent: of('bytes_sent'), received: of('bytes_received'), segments: of('segs_out') };
      return [{ local: words[3], remote: words[4], rtt: Number(/\brtt:([\d.]+)/.exec(line)?.[1] ?? 0), ...facts }];
    });
    sockets = parsed.length;
    cpu.push(ownMs() + childrenMs() - before.cpu);
    wall.push(now() - before.wall);
  }
  say({ sockets, cpu, wall });
}

/** Longest turn of what the reader asks the loop for, in CPU of this thread: others must not count on a busy machine. */
let longest = 0;
const threadMs = (): number => {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
};
const timed = (callback: () => void) => (): void => {
  const before = threadMs();
  callback();
  longest = Math.max(longest, threadMs() - before);
};

function open(dumpEveryMs: number) {
  const { groups, table: prefixes } = planGroups({ sites: [], subnets: [], aws: [] });
  const listening = new Uint8Array(65_536);
  const table = new FlowTable({
    capacity: 10_000,
    groups: groups.length,
    groupOf: (remote, family) => prefixes.lookup(remote, family),
    listens: (port) => (listening[port] ?? 0) > 0,
    skip: () => false,
  });
  const ledger = new SocketLedger(table);
  const source = SockDiag.open();
  if (!(source instanceof SockDiag)) throw new Error(source.code);
  let dumps: () => void = () => {};
  const reader = new FlowReader(
    { dumpEveryMs },
    {
      source,
      ledger,
      listening,
      mono: now,
      after: (delayMs, callback) => {
        const timer = setTimeout(timed(callback), delayMs);
        return () => clearTimeout(timer);
      },
      soon: (callback) => setImmediate(timed(callback)),
      onDump: (moment) => {
        if (moment === 'ended') {
          table.endTurn();
          dumps();
        }
      },
    },
  );
  const nextDump = (): Promise<void> => new Promise((resolve) => (dumps = resolve));
  return { table, groups, ledger, source, reader, nextDump };
}

async function dump(rounds: number): Promise<void> {
  globalThis.gc?.();
  const rssBefore = process.memoryUsage.rss();
  const { table, groups, ledger, reader, nextDump } = open(2000);
  await nextDump();
  const cpu: number[] = [];
  const wall: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    if (round === 1) longest = 0;
    const before = { cpu: ownMs(), at: now() };
    await nextDump();
    // What happens in the two seconds between dumps is part of it: the drains.
    cpu.push(ownMs() - before.cpu);
    wall.push(reader.done.dumpMs ?? Number.NaN);
  }
  const builder = new ViewBuilder(table, groups);
  let step = 0;
  for (let done = false; !done; ) {
    const before = threadMs();
    done = builder.step(500);
    step = Math.max(step, threadMs() - before);
  }
  globalThis.gc?.();
  const rss = process.memoryUsage.rss() - rssBefore;
  say({ sockets: ledger.size, flows: table.size, cpu, wall, longest, step, rss });
  process.exit();
}

async function churn(seconds: number): Promise<void> {
  const { table, source, nextDump } = open(1e9);
  await nextDump();
  const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
  const closed = (): number => table.host().total[AT.closed] ?? 0;
  // What is compiled first is no cost of closing.
  await wait(1000);
  const before = { cpu: ownMs(), closed: closed() };
  longest = 0;
  await wait((seconds + 1) * 1000);
  say({
    cpu: ownMs() - before.cpu,
    closed: closed() - before.closed,
    lost: source.dropped(),
    longest,
  });
  process.exit();
}

if (what === 'ss') peer(amount);
else if (what === 'dump') await dump(amount);
else await churn(amount);
