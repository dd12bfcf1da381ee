/**
 * Makes the single executable of one architecture: a stripped Node, our bundle, koffi's addon.
 *
 * Node's own single-executable blob is injected by postject. Strip comes first: stripping afterwards breaks the
 * file. Code cache and snapshot stay off, for they make every build differ. `execArgvExtension: none` keeps
 * NODE_OPTIONS out: nobody's environment runs code inside the agent.
 */
import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type Architecture, koffiAddon, nodeBinary, stripCommand } from './architecture.ts';

const FUSE = 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2';

/**
 * Baked into the executable. Semi-space and pool: resident memory on a 512 MiB machine; with one MiB instead of two,
 * snapshots live long enough to be moved to the old space, which then is collected four times as often. Old-space: a
 * ceiling under which 10,000 targets still fit; up to 256 V8 also keeps the growth of its heap small. A leak ends at the
 * unit's MemoryMax long before. The collector is called by commands/run/settle.ts. SIGUSR1 must not open a debugger's
 * port.
 */
export const EXEC_ARGV = [
  '--max-semi-space-size=2',
  '--max-old-space-size=256',
  '--v8-pool-size=1',
  '--expose-gc',
  '--disable-sigusr1',
];

/**
 * @param bundle the folder with the bundle's files
 * @param out the executable to write
 */
export function makeExecutable(architecture: Architecture, bundle: string, out: string): void {
  const scratch = mkdtempSync(`${out}.`);
  try {
    // Relative names: the blob holds the name of its main file, and two folders shall give the same bytes.
    copyFileSync('packaging/executable-main.cjs', join(scratch, 'vpc-canary.cjs'));
    copyFileSync(koffiAddon(architecture), join(scratch, 'koffi.node'));
    const parts = readdirSync(bundle).sort();
    for (const part of parts) copyFileSync(join(bundle, part), join(scratch, part));
    const seaConfig = {
      main: 'vpc-canary.cjs',
      output: 'blob',
      disableExperimentalSEAWarning: true,
      useCodeCache: false,
      useSnapshot: false,
      execArgv: EXEC_ARGV,
      execArgvExtension: 'none',
      assets: Object.fromEntries(['koffi.node', ...parts].map((name) => [name, name])),
    };
    writeFileSync(join(scratch, 'sea.json'), JSON.stringify(seaConfig));
    execFileSync(resolve(nodeBinary(process.arch as Architecture)), ['--experimental-sea-config', 'sea.json'], {
      cwd: scratch,
      stdio: 'pipe',
    });
    const stripped = join(scratch, 'node');
    execFileSync(stripCommand(architecture), ['-o', stripped, nodeBinary(architecture)]);
    // Its warnings about section names are about what strip has taken away.
    execFileSync(
      'node_modules/.bin/postject',
      [stripped, 'NODE_SEA_BLOB', join(scratch, 'blob'), '--sentinel-fuse', FUSE],
      { stdio: 'pipe' },
    );
    chmodSync(stripped, 0o755);
    renameSync(stripped, out);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}
