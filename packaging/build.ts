/**
 * `npm run build`: the bundle, then one executable an architecture, with checksums, in dist/.
 *
 *   node packaging/build.ts [--bundle-only] [--arch x64|arm64]
 */
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { ARCHITECTURES, type Architecture } from './architecture.ts';
import { bundle } from './bundle.ts';
import { makeExecutable } from './executable.ts';

const BUNDLE = 'dist/vpc-canary';

function report(path: string): void {
  const files = statSync(path).isDirectory() ? readdirSync(path).map((name) => join(path, name)) : [path];
  const bytes = files.reduce((sum, file) => sum + statSync(file).size, 0);
  console.log(`${path}  ${(bytes / 2 ** 20).toFixed(1)} MiB`);
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { 'bundle-only': { type: 'boolean' }, arch: { type: 'string' } } });
  const wanted = ARCHITECTURES.filter((architecture) => values.arch === undefined || values.arch === architecture);
  if (wanted.length === 0) throw new Error(`--arch takes ${ARCHITECTURES.join(' or ')}, not ${values.arch}`);
  const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };

  mkdirSync('dist', { recursive: true });
  await bundle(BUNDLE);
  report(BUNDLE);
  if (values['bundle-only']) return;

  const files: string[] = [];
  for (const architecture of wanted) {
    const out = `dist/vpc-canary-${version}-linux-${architecture satisfies Architecture}`;
    makeExecutable(architecture, BUNDLE, out);
    report(out);
    files.push(out);
  }
  const sums = files.map(
    (file) => `${createHash('sha256').update(readFileSync(file)).digest('hex')}  ${basename(file)}\n`,
  );
  writeFileSync('dist/SHA256SUMS', sums.join(''));
  console.log('dist/SHA256SUMS');
}

main().catch((error: unknown) => {
  console.error(`build failed: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
});
