/**
 * Reading this host's connections: CPU, wall time, the longest turn on the loop and memory, beside `ss -tin` and
 * parsing what it prints; CPU for each socket that closes at two rates; the search for the longest prefix beside the npm
 * package longest-prefix-match and a Map for each prefix length, which is what one writes first.
 */
import { type ChildProcess, execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { buildGroups, type GroupPrefix } from '../../agent/flow/groups.ts';
import { formatAddress, formatPrefix, parsePrefix } from '../../agent/measure/address.ts';
import { type Host, Lab } from '../netns/lab.ts';
import { type Bench, type Budget, type Line, median, type Report } from './table.ts';

interface Figures {
  readonly sockets: number;
  readonly flows?: number;
  readonly cpu: readonly number[];
  readonly wall: readonly number[];
  readonly longest?: number;
  readonly step?: number;
  readonly rss?: number;
}

const MOST_A_PROCESS = 5000;

const firstLine = async (child: ChildProcess): Promise<string> => {
  child.stderr!.on('data', (text: Buffer) => process.stderr.write(text));
  const [line] = (await once(createInterface(child.stdout!), 'line')) as [string];
  return line;
};

const program = (host: Host, file: string, ...words: (string | number)[]): ChildProcess =>
  host.spawn([process.execPath, '--no-warnings', '--expose-gc', `test/bench/flows/${file}`, ...words.map(String)]);

const measured = async (host: Host, what: string, rounds: number): Promise<Figures> =>
  JSON.parse(await firstLine(program(host, 'reader.ts', what, rounds))) as Figures;

function line(who: string, figures: Figures): Line {
  return {
    who,
    what: `${figures.sockets} sockets${figures.flows === undefined ? '' : `, ${figures.flows} flows`}`,
    figures: {
      'CPU, ms': median(figures.cpu),
      'wall, ms': median(figures.wall),
      'longest turn, ms': figures.longest ?? null,
      'longest turn of the view, ms': figures.step ?? null,
      'RSS growth, MiB': figures.rss === undefined ? null : figures.rss / 2 ** 20,
    },
    n: figures.cpu.length,
  };
}

async function dumps(sizes: readonly number[], rounds: number, say: (text: string) => void) {
  const lines: Line[] = [];
  const found: { size: number; ours: Figures; ss: Figures }[] = [];
  for (const size of sizes) {
    const lab = new Lab();
    try {
      const host = lab.host('flows');
      host.sysctl({ 'ipv4.ip_local_port_range': '6000 65000', 'core.somaxconn': 4096 });
      say(`${size} sockets`);
      // A process may have few descriptors: so many processes.
      for (let held = 0, port = 5000; held < size; held += MOST_A_PROCESS, port += 1) {
        await firstLine(program(host, 'holder.cjs', 'hold', Math.min(MOST_A_PROCESS, size - held), port));
      }
      const ours = await measured(host, 'dump', rounds);
      const ss = await measured(host, 'ss', Math.min(rounds, 5));
      found.push({ size, ours, ss });
      lines.push(line('vpc-canary', ours), line('ss -tin and parsing', ss));
    } finally {
      lab.close();
    }
    await sleep(500);
  }
  return { lines, found };
}

async function closes(seconds: number, rate: number): Promise<Line> {
  const lab = new Lab();
  try {
    const host = lab.host('churn');
    host.sysctl({ 'ipv4.ip_local_port_range': '6000 65000' });
    const reader = firstLine(program(host, 'reader.ts', 'churn', seconds + 3));
    await sleep(2500);
    // One process opens some 2,000 a second at most.
    const makers = Math.ceil(rate / 4000);
    const said = Array.from({ length: makers }, (_, index) =>
      firstLine(program(host, 'holder.cjs', 'churn', seconds, 5000 + index, Math.round(rate / makers))),
    );
    const got = JSON.parse(await reader) as { cpu: number; closed: number; lost: number; longest: number };
    await Promise.all(said);
    return {
      who: 'vpc-canary',
      what: `${Math.round(got.closed / seconds)} closes a second`,
      figures: { 'CPU per close, µs': (got.cpu * 1000) / got.closed, 'longest turn, ms': got.longest, lost: got.lost },
      n: got.closed,
    };
  } finally {
    lab.close();
  }
}

/** 10,000 prefixes a family, 8 to 28 (v6: 32 to 56) bits long. */
function prefixes(family: 4 | 6): GroupPrefix[] {
  return Array.from({ length: 10_000 }, (_, i) => {
    const [a, b, c] = [(i * 7919) % 223, (i * 104_729) % 256, (i * 1_299_709) % 256];
    return family === 4
      ? { prefix: `${a + 1}.${b}.${c}.0/${8 + (i % 21)}`, group: i }
      : { prefix: `2${(a + 256).toString(16)}:${b.toString(16)}:${c.toString(16)}00::/${32 + (i % 25)}`, group: i };
  });
}

/** A Map for each prefix length, asked from the longest on; keys are the masked address as text. */
function naive(given: readonly GroupPrefix[]): (bytes: Uint8Array) => number {
  const byLength = new Map<number, Map<string, number>>();
  const key = (bytes: Uint8Array, length: number): string => {
    let text = '';
    for (let bit = 0; bit < length; bit += 8) {
      const byte = bytes[bit >> 3] ?? 0;
      text += String.fromCharCode(length - bit >= 8 ? byte : byte & (0xff00 >> (length - bit)));
    }
    return text;
  };
  for (const { prefix, group } of given) {
    const [address, length] = prefix.split('/');
    const bytes = Uint8Array.from(address!.split('.').map(Number));
    const known = byLength.get(Number(length)) ?? new Map<string, number>();
    known.set(key(bytes, Number(length)), group);
    byLength.set(Number(length), known);
  }
  const lengths = [...byLength.keys()].sort((a, b) => b - a);
  return (bytes) => {
    for (const length of lengths) {
      const group = byLength.get(length)?.get(key(bytes, length));
      if (group !== undefined) return group;
    }
    return -1;
  };
}

/** The npm package, or why it could not be had. */
function packaged(given: readonly GroupPrefix[]): ((address: string) => number) | string {
  const folder = new URL('./longest-prefix-match/', import.meta.url).pathname;
  try {
    if (!existsSync(`${folder}node_modules/longest-prefix-match`))
      execFileSync('npm', ['ci'], { cwd: folder, stdio: 'pipe' });
    const Package = createRequire(folder)('longest-prefix-match') as new () => {
      addPrefix(prefix: string, data: { readonly group: number }): void;
      getMatch(prefix: string): { readonly group: number }[];
    };
    const table = new Package();
    for (const { prefix, group } of given) table.addPrefix(formatPrefix(parsePrefix(prefix)!), { group });
    return (address) => table.getMatch(address)[0]?.group ?? -1;
  } catch (error) {
    return error instanceof Error ? error.message.slice(0, 300) : String(error);
  }
}

function search(): { lines: Line[]; missing: string[] } {
  const addresses = (bytes: number): Uint8Array[] =>
    Array.from({ length: 4096 }, (_, i) =>
      Uint8Array.from({ length: bytes }, (_byte, at) => (i * 31 * (at + 1)) % 256),
    );
  const time = <T>(lookup: (address: T) => number, among: readonly T[], rounds = 20): number => {
    const runs: number[] = [];
    let sum = 0;
    for (let run = 0; run < 9; run += 1) {
      const began = performance.now();
      for (let round = 0; round < rounds; round += 1) for (const address of among) sum += lookup(address);
      runs.push(((performance.now() - began) * 1e6) / (rounds * among.length));
    }
    return sum === 0.5 ? 0 : median(runs);
  };
  const [v4, v6] = [buildGroups(prefixes(4)).table, buildGroups(prefixes(6)).table];
  const of = (who: string, what: string, ns: number): Line => ({ who, what, figures: { 'lookup, ns': ns }, n: 9 });
  const peers: Line[] = [];
  const missing: string[] = [];
  for (const family of [4, 6] as const) {
    const peer = packaged(prefixes(family));
    // It takes text; ours takes the bytes that the kernel gives.
    const texts = addresses(family === 4 ? 4 : 16).map(
      (bytes) => `${formatAddress(bytes, family)}/${8 * bytes.length}`,
    );
    if (typeof peer === 'string') missing.push(`longest-prefix-match: ${peer}`);
    else peers.push(of('longest-prefix-match', `10,000 prefixes, IPv${family}`, time(peer, texts, 1)));
  }
  const lines = [
    of(
      'vpc-canary',
      '10,000 prefixes, IPv4',
      time((bytes) => v4.lookup(bytes, 4), addresses(4)),
    ),
    of(
      'vpc-canary',
      '10,000 prefixes, IPv6',
      time((bytes) => v6.lookup(bytes, 6), addresses(16)),
    ),
    of('a Map for each length', '10,000 prefixes, IPv4', time(naive(prefixes(4)), addresses(4))),
  ];
  return { lines: [...lines, ...peers], missing: [...new Set(missing)] };
}

async function run(quick: boolean, say: (text: string) => void): Promise<Report> {
  const sizes = quick ? [1000, 10_000] : [1000, 10_000, 50_000];
  const { lines, found } = await dumps(sizes, quick ? 5 : 10, say);
  say('closing connections');
  const closing = [await closes(quick ? 4 : 10, 1000), await closes(quick ? 4 : 10, 10_000)];
  say('longest prefix');
  const { lines: lookups, missing } = search();
  const budgets = found.flatMap(({ size, ours, ss }): Budget[] => {
    const ratio = median(ours.cpu) / median(ss.cpu);
    const share = (median(ours.cpu) / 10_000) * 100;
    return [
      ...(size === 10_000
        ? [
            {
              text: 'a dump of 10,000 sockets ≤ ⅕ of ss -tin and parsing',
              holds: ratio <= 0.2,
              found: `${ratio.toFixed(2)} of it`,
            },
          ]
        : []),
      ...(size === 50_000
        ? [
            { text: '50,000 sockets every 10 s ≤ 1 % of a core', holds: share <= 1, found: `${share.toFixed(2)} %` },
            {
              text: 'no turn above 5 ms at 50,000 sockets',
              holds: (ours.longest ?? Infinity) <= 5,
              found: `${ours.longest?.toFixed(1)} ms`,
            },
          ]
        : []),
    ];
  });
  const [own, , peer] = lookups.map(({ figures }) => figures['lookup, ns'] ?? Infinity);
  budgets.push({
    text: 'longest prefix faster than a Map for each length',
    holds: (own ?? Infinity) < (peer ?? 0),
    found: `${((own ?? Infinity) / (peer ?? 1)).toFixed(2)} of it`,
  });
  return { title: 'Connections of this host', lines: [...lines, ...closing, ...lookups], budgets, missing };
}

export const flows: Bench = {
  name: 'flows',
  about: 'CPU, stalls and memory of reading all connections, beside ss; CPU per close; longest prefix',
  run,
};
