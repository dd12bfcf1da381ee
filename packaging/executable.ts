/**
 * Makes the single executable of one architecture: a stripped Node, our bundle, koffi's addon.
 *
 * Node's own single-executable blob is injected by postject. Strip comes first: stripping afterwards breaks the
 * file. Node's own code cache and snapshot stay off: they make every build differ, and would hold the first file only;
 * code-cache.cjs does better. `execArgvExtension: none` keeps NODE_OPTIONS out: nobody's environment runs code inside
 * the agent.
 */
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { type Architecture, koffiAddon, nodeBinary, nodeCommand, stripCommand } from './architecture.ts';

const MAIN = 'vpc-canary.cjs';
const FUSE = 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2';

/**
 * Baked into the executable. Semi-space and pool: resident memory on a 512 MiB machine; with one MiB instead of two,
 * snapshots live long enough to be moved to the old space, which then is collected four times as often. Old-space: a
 * ceiling under which 10,000 targets still fit; up to 256 V8 also keeps the growth of its heap small. A leak ends at the
 * unit's MemoryMax long before. SIGUSR1 must not open a debugger's port.
 *
 * None of these may be among the flags that V8 mixes into the key of its code cache, or Node compiles all its own
 * modules anew at every start: `--expose-gc` alone cost 20 ms. Building ends if one is (code-cache.cjs).
 */
export const EXEC_ARGV = [
  '--max-semi-space-size=2',
  '--max-old-space-size=256',
  '--v8-pool-size=1',
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
    copyFileSync('packaging/executable-main.cjs', join(scratch, MAIN));
    copyFileSync(koffiAddon(architecture), join(scratch, 'koffi.node'));
    for (const part of readdirSync(bundle)) {
      const source = readFileSync(join(bundle, part), 'latin1');
      writeFileSync(join(scratch, part), `(function(exports,require,module){${source}\n})`, 'latin1');
    }
    compileAhead(architecture, scratch);
    const assets = readdirSync(scratch).filter((name) => /\.(?:cjs|cache|node)$/.test(name) && name !== MAIN);
    const seaConfig = {
      main: MAIN,
      output: 'blob',
      disableExperimentalSEAWarning: true,
      useCodeCache: false,
      useSnapshot: false,
      execArgv: EXEC_ARGV,
      execArgvExtension: 'none',
      assets: Object.fromEntries(assets.sort().map((name) => [name, name])),
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

/** Adds the code cache of every part, made and then tried by the Node it is for. */
function compileAhead(architecture: Architecture, folder: string): void {
  const [command = '', ...words] = nodeCommand(architecture);
  const run = (flags: readonly string[], task: string): void => {
    const script = ['packaging/code-cache.cjs', task, folder, 'packaging/config.example.yaml'];
    // Nothing of this machine's environment shall show in what is built.
    execFileSync(command, [...words, ...flags, ...script], { stdio: 'pipe', env: { PATH: process.env['PATH'] } });
  };
  run(['--hash-seed=1', '--random-seed=1'], 'make');
  run(EXEC_ARGV, 'check');
}
