/** The agent as users run it: the executable just built from these sources, and the sources themselves. */
import { execFileSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';

/** What io.Copy of the SSM agent's language, dpkg and cp write at a time, or a little less. */
const PIECE = 32 * 1024;

export interface Agent {
  readonly name: string;
  /** Command line up to the verb. */
  readonly argv: readonly string[];
}

/** Builds the executable of this machine's architecture. Returns it and the sources. */
export function agents(say: (text: string) => void): Agent[] {
  say('building the executable');
  execFileSync(process.execPath, ['packaging/build.ts', '--arch', process.arch], { stdio: 'pipe' });
  const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
  return [
    { name: 'vpc-canary', argv: [unpacked(`dist/vpc-canary-${version}-linux-${process.arch}`)] },
    { name: 'vpc-canary from sources', argv: [process.execPath, '--no-warnings', resolve('agent/main.ts')] },
  ];
}

/**
 * A copy as an installer leaves it. Unpackers write in small pieces; the build writes the file at once, so that the page
 * cache holds it in large folios, of which a fault maps more: 20 MB of the program's text that it never runs.
 */
function unpacked(executable: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'vpc-canary-bench-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  const copy = join(folder, basename(executable));
  const bytes = readFileSync(executable);
  const file = openSync(copy, 'w', 0o755);
  for (let at = 0; at < bytes.length; at += PIECE) writeSync(file, bytes, at, Math.min(PIECE, bytes.length - at));
  closeSync(file);
  return copy;
}

/** Addresses of this host that answer: 127.9.0.0/16. */
export const loopbacks = (n: number): string[] =>
  Array.from({ length: n }, (_, i) => `127.9.${i >> 8}.${(i & 255) + 1}`);

/** A configuration with these ICMP targets, a page on a free port, and a history in a directory of its own. */
export function configFile(addresses: readonly string[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'vpc-canary-bench-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  const targets = addresses.map((address, i) => `  - { name: t${i}, site: s${i % 5}, icmp: ${address} }`);
  const lines = ['targets:', ...targets, 'http: { listen: "127.0.0.1:0" }', `state: { directory: ${folder}/state }`];
  const file = join(folder, 'config.yaml');
  writeFileSync(file, `${lines.join('\n')}\n`);
  return file;
}
