import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parse } from 'yaml';
import { originAt, plain } from '../../agent/config/tree.ts';
import { LARGEST_TEXT, readSource, readYaml } from '../../agent/config/yaml.ts';

const codes = (text: string): string[] => readYaml(text, 'x').problems.map(({ code }) => code);
const jsonOf = (text: string): unknown => {
  const { root } = readYaml(text, 'x');
  return root === null ? null : JSON.parse(JSON.stringify(plain(root)));
};

test('every node knows its line and column', () => {
  const { tree } = readSource('a:\n  b: [1, {c: x}]\n', 'f.yaml');
  assert.deepEqual(originAt(tree, ['a', 'b', 1, 'c']), { source: 'f.yaml', line: 2, column: 14 });
  assert.deepEqual(
    originAt(tree, ['a', 'missing']),
    { source: 'f.yaml', line: 2, column: 3 },
    'the map it would be in',
  );
});

test('any JSON is read as JSON.parse reads it', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 5 }), fc.constantFrom(undefined, 2, '\t'), (value, indent) => {
      const text = JSON.stringify(value, null, indent);
      if (/__proto__|<</.test(text)) return;
      assert.deepEqual(jsonOf(text), JSON.parse(text), text);
    }),
    { numRuns: 500 },
  );
});

test('merge keys take what is not written, the first map first', () => {
  const text = 'a: &a {x: 1, y: 1}\nb: &b {y: 2, z: 2}\nc: { <<: [*a, *b], x: 0 }\n';
  assert.deepEqual((jsonOf(text) as { c: unknown }).c, parse(text, { merge: true }).c);
  assert.deepEqual(codes('a: { <<: 5 }'), ['syntax']);
});

test('texts that would take memory or time without end are refused', () => {
  const laughs = Array.from(
    { length: 30 },
    (_, i) => `l${i + 1}: &a${i + 1} [${'*a0,'.replace('0', String(i)).repeat(9)}]`,
  );
  assert.deepEqual(codes(`l0: &a0 [x]\n${laughs.join('\n')}`), ['alias']);
  assert.deepEqual(codes('a: &a [*a]'), ['alias']);
  assert.deepEqual(codes(' '.repeat(LARGEST_TEXT + 1)), ['too-large']);
  for (const deep of ['[', '{"a":', '- ', '? ', '{', '[[{']) {
    const found = codes(deep.repeat(20_000));
    assert.ok(found.length > 0 && found.length <= 20, `${deep}: ${found.length}`);
  }
  assert.deepEqual(codes(`a: ${'['.repeat(100)}${']'.repeat(100)}`), ['syntax']);
});

test('arbitrary text neither throws nor floods', () => {
  const piece = fc.constantFrom(
    ...'abc:-?[]{}&*!|>\'"%@`#,\n\t ~<'.split(''),
    '\n  ',
    ': ',
    '- ',
    '<<: ',
    '&a ',
    '*a ',
    '---\n',
    '\u0000',
    '\ufeff',
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
      const { tree, problems } = readSource(pieces.join(''), 'x');
      assert.ok(problems.length <= 60);
      plain(tree);
    }),
    { numRuns: 3000 },
  );
});

test('no syntax error repeats the text, which may hold a password', () => {
  const texts = [
    'a: "b" hunter2',
    'a: *hunter2',
    'a: !hunter2 x',
    "a: 'hunter2",
    '"hunter2"\n"hunter2"',
    'a: [hunter2',
    'hunter2: : x',
    'a: @hunter2',
    'a: %hunter2',
    'a: b: hunter2',
    '- a\nhunter2: 1',
    'a: "\\hunter2"',
    'a: |9hunter2\n x',
  ];
  for (const text of texts) {
    const { problems } = readSource(text, 'x');
    assert.ok(problems.length > 0, text);
    assert.doesNotMatch(JSON.stringify(problems), /hunter2/, text);
  }
});
