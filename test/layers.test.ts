/** Holds the imports of agent/ against the direction DESIGN gives its rooms. Reads the sources, trusts no tool. */
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { test } from 'node:test';

/** What each room may import of the others. `metric → verdict → measure` is a chain of pure rooms. */
const MAY_IMPORT: Record<string, readonly string[]> = {
  main: ['commands', 'version'],
  version: [],
  commands: [
    'config',
    'kernel',
    'probe',
    'flow',
    'host',
    'vpc',
    'aws',
    'measure',
    'verdict',
    'metric',
    'publish',
    'history',
    'web',
    'version',
  ],
  config: ['measure', 'verdict', 'metric'],
  probe: ['measure', 'verdict', 'metric', 'kernel'],
  flow: ['measure', 'verdict', 'metric', 'kernel'],
  host: ['measure', 'verdict', 'metric', 'kernel'],
  vpc: ['measure', 'verdict', 'metric', 'aws'],
  publish: ['measure', 'verdict', 'metric', 'aws'],
  history: ['measure', 'verdict', 'metric'],
  web: ['measure', 'verdict', 'metric', 'version'],
  kernel: ['measure'],
  aws: ['measure'],
  metric: ['verdict', 'measure', 'version'],
  verdict: ['measure'],
  measure: [],
};
const PURE = ['measure', 'verdict', 'metric'];
/** Pure files in rooms that also hold I/O: no node: module, clock, timer or environment. */
const PURE_FILES =
  /^agent\/(probe\/(wire|ledger|schedule)|flow\/(ledger|table|groups|contributors|coverage)|vpc\/(?!memory-file)|history\/(bins|bytes|grid|pool|row-code|spans|tiers|timing-code)|host\/(evidence|series|text))/;
const IMPURE_NAMES =
  /\b(process\.|Date\.now|new Date\(\)|performance\.now|setTimeout|setInterval|setImmediate|Math\.random|globalThis\.)/;
const FFI = /^(koffi|node:ffi)$/;

const room = (file: string): string => {
  const inner = file.slice('agent/'.length);
  return inner.includes('/') ? inner.slice(0, inner.indexOf('/')) : inner.replace(/\.ts$/, '');
};

const files = globSync('agent/**/*.ts').map((file) => ({ file, text: readFileSync(file, 'utf8') }));
const importsOf = (text: string): string[] =>
  [...text.matchAll(/(?:from\s+|import\s*\(\s*|import\s+|require\(\s*)['"]([^'"]+)['"]/g)].map(
    (match) => match[1] ?? '',
  );

test('the sources are seen', () => {
  assert.ok(files.length >= 8, `only ${files.length} files found in agent/`);
  assert.ok(
    files.some(({ text }) => importsOf(text).length > 0),
    'no imports found at all',
  );
});

test('rooms import only what lies below them', () => {
  const wrong: string[] = [];
  for (const { file, text } of files) {
    const allowed = MAY_IMPORT[room(file)];
    if (allowed === undefined) {
      wrong.push(`${file}: the room ${room(file)} is not in the design`);
      continue;
    }
    for (const specifier of importsOf(text)) {
      if (!specifier.startsWith('.')) continue;
      const target = normalize(join(dirname(file), specifier));
      if (!target.startsWith('agent/')) wrong.push(`${file} imports ${specifier}, outside agent/`);
      else if (room(target) !== room(file) && !allowed.includes(room(target))) {
        wrong.push(`${file} imports ${target}; commands/run.ts should join them`);
      }
    }
  }
  assert.deepEqual(wrong, []);
});

test('no import goes round, not even of types', () => {
  const left = new Map(
    files.map(({ file, text }) => {
      const own = importsOf(text).filter((specifier) => specifier.startsWith('.'));
      return [file, own.map((specifier) => normalize(join(dirname(file), specifier)))] as const;
    }),
  );
  // Whoever imports nobody that is left is on no circle.
  for (let before = -1; before !== left.size; ) {
    before = left.size;
    for (const [file, imports] of left) if (!imports.some((other) => left.has(other))) left.delete(file);
  }
  assert.deepEqual([...left.keys()], [], 'circles, and who imports them');
});

test('FFI stays in kernel/, the AWS SDK in aws/', () => {
  const wrong = files.flatMap(({ file, text }) =>
    importsOf(text)
      .filter(
        (s) => (FFI.test(s) && room(file) !== 'kernel') || (/^@(aws-sdk|smithy)\//.test(s) && room(file) !== 'aws'),
      )
      .map((s) => `${file} imports ${s}`),
  );
  assert.deepEqual(wrong, []);
});

test('pure rooms and pure files touch no module, clock, timer or environment', () => {
  const wrong: string[] = [];
  for (const { file, text } of files) {
    if (!PURE.includes(room(file)) && !PURE_FILES.test(file)) continue;
    for (const specifier of importsOf(text))
      if (specifier.startsWith('node:')) wrong.push(`${file} imports ${specifier}`);
    const code = text.replace(/\/\*[\s\S]*?\*\/|\/\/[^\n]*/g, '').replace(/(['"`])(?:\\.|(?!\1)[\s\S])*?\1/g, "''");
    const name = IMPURE_NAMES.exec(code);
    if (name) wrong.push(`${file} uses ${name[0]}`);
  }
  assert.deepEqual(wrong, []);
});

test('agent/ can be bundled as CommonJS: no import.meta, no top-level await', () => {
  const wrong = files.filter(({ text }) => /\bimport\.meta\b|^await /m.test(text)).map(({ file }) => file);
  assert.deepEqual(wrong, []);
});
