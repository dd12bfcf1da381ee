/**
 * Compiles the bundle ahead: writes V8's code cache of every file beside it, so that the executable need not parse a
 * megabyte of source before its first probe.
 *
 *   node --hash-seed=1 --random-seed=1 code-cache.cjs make FOLDER CONFIG    then
 *   node code-cache.cjs check FOLDER CONFIG                                 with the flags of the executable
 *
 * V8 takes a cache only from the same version with the same flags, on the same architecture. Functions that have run
 * are in it compiled, the others as the outline that lets V8 skip them: so the executable's own first file is run
 * here, on a configuration to check, and the agent's file is loaded. The seeds make two builds the same; they are set
 * back to V8's defaults before anything is compiled, for V8 would not take a cache made under other flags.
 */
const { readdirSync, readFileSync, writeFileSync } = require('node:fs');
const { join } = require('node:path');
const { setFlagsFromString } = require('node:v8');
const vm = require('node:vm');

const [task, folder, config] = process.argv.slice(2);
// Not in `check`, which has to be as the executable is.
if (task === 'make') for (const flag of ['--hash-seed=0', '--random-seed=0']) setFlagsFromString(flag);

const parts = readdirSync(folder).filter((name) => name.endsWith('.cjs'));
const scripts = new Map();

/** As node:vm's, but each file is compiled once and kept; in `make` there is no cache yet. */
class Script extends vm.Script {
  constructor(source, { filename, cachedData }) {
    super(source, { filename, ...(task === 'check' && { cachedData }) });
    scripts.set(filename, this);
  }
}

const NOTHING = new ArrayBuffer(0);
const getRawAsset = (name) => (task === 'make' && name.endsWith('.cache') ? NOTHING : readFileSync(join(folder, name)));
const doubles = { 'node:sea': { getRawAsset }, 'node:vm': { ...vm, Script } };

// What is printed here is nobody's concern; what fails, ends the build.
process.stdout.write = () => true;
process.argv = ['node', 'vpc-canary', 'config', 'check', config];
const main = readFileSync(join(__dirname, 'executable-main.cjs'), 'utf8');
const { load, compile } = vm.compileFunction(`${main}\nreturn { load, compile };`, ['require'])(
  (name) => doubles[name] ?? require(name),
);

// Once the command is through. Not at `exit`: what is thrown there leaves the exit code as it is.
process.once('beforeExit', (code) => {
  if (code !== 0) return;
  load(`./${parts.find((name) => name.startsWith('start-'))}`);
  for (const part of parts) {
    if (!scripts.has(part)) compile(part);
  }
  const refused = [...scripts].filter(([, script]) => script.cachedDataRejected).map(([name]) => name);
  if (refused.length > 0) throw new Error(`V8 does not take the code cache of ${refused.join(', ')}`);
  if (task === 'make') {
    for (const [name, script] of scripts) writeFileSync(join(folder, `${name}.cache`), script.createCachedData());
  }
});
