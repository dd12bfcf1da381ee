import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { Ajv } from 'ajv';
import { commandSchema } from './command-schema.ts';
import { type CommandDocument, commandNames, documentNames, readDocument, scriptOf } from './document.ts';

const validate = new Ajv({ strict: false, formats: { regex: true } }).compile(commandSchema);

test('the documents are there', () => {
  const commands = ['VpcCanary-Activate', 'VpcCanary-Configure', 'VpcCanary-Diagnose', 'VpcCanary-Health'];
  assert.deepEqual(commandNames(), commands);
  assert.deepEqual(documentNames(), [...commands, 'VpcCanary-Rollout']);
});

for (const name of commandNames()) {
  test(`${name} is a Command document of schema 2.2`, () => {
    assert.ok(validate(readDocument(name)), JSON.stringify(validate.errors, null, 1));
  });

  test(`${name}: every parameter is used, every one that is used is declared, patterns admit defaults`, () => {
    const { parameters = {}, mainSteps } = readDocument(name) as CommandDocument;
    const used = [...JSON.stringify(mainSteps).matchAll(/\{\{ *([A-Za-z0-9]+) *\}\}/g)].map((match) => match[1]);
    assert.deepEqual([...new Set(used)].sort(), Object.keys(parameters).sort());
    for (const { default: fallback, allowedPattern } of Object.values(parameters)) {
      if (allowedPattern !== undefined) assert.match(fallback ?? '', new RegExp(allowedPattern));
    }
  });

  test(`${name}: its script is POSIX sh`, (t) => {
    if (spawnSync('shellcheck', ['--version']).error) return t.skip('needs shellcheck');
    const input = `#!/bin/sh\n${scriptOf(name, { Configuration: 'title: x' })}`;
    // SC2050, SC2157: a parameter that was filled in makes a constant expression
    const { stdout, status } = spawnSync('shellcheck', ['-e', 'SC2050,SC2157', '-'], { input, encoding: 'utf8' });
    assert.equal(status, 0, stdout);
  });
}

test('the schema refuses what Systems Manager refuses', () => {
  const good = readDocument('VpcCanary-Activate') as Record<string, unknown>;
  for (const bad of [
    { ...good, schemaVersion: '0.3' },
    { ...good, mainSteps: [] },
    { ...good, steps: [] },
    { ...good, mainSteps: [{ action: 'aws:runShellScript', name: 'has space', inputs: { runCommand: ['true'] } }] },
    { ...good, mainSteps: [{ action: 'aws:runShellScript', name: 'x', inputs: { runCommand: 'true' } }] },
  ]) {
    assert.ok(!validate(bad), JSON.stringify(bad));
  }
});
