/** CloudFormation Guard, the program itself, out of the npm package that brings it. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

const PACKAGE = dirname(fileURLToPath(import.meta.resolve('@cdklabs/cdk-validator-cfnguard/package.json')));
const ARCHITECTURES: Readonly<Record<string, string>> = { x64: 'x86_64', arm64: 'aarch64' };

export const RULES = readFileSync('test/packaging/guard/rules.guard', 'utf8');

/** Names of rules, by what became of them. */
export interface Verdict {
  readonly passed: readonly string[];
  readonly failed: readonly string[];
  /** There was nothing to hold them against. */
  readonly idle: readonly string[];
}

interface Found {
  readonly compliant: readonly string[];
  readonly not_applicable: readonly string[];
  readonly not_compliant: readonly { readonly Rule: { readonly name: string } }[];
}

/** @throws when the program ends in any other way than with a verdict */
export function guard(template: unknown, rules = RULES): Verdict {
  const program = `${PACKAGE}/bin/ubuntu/${ARCHITECTURES[process.arch] ?? process.arch}/cfn-guard`;
  const format = ['--structured', '--output-format', 'json', '--show-summary', 'none'];
  const input = JSON.stringify({ rules: [rules], data: [JSON.stringify(template)] });
  const done = spawnSync(program, ['validate', '--payload', ...format], { input, encoding: 'utf8' });
  // 0 all hold, 19 some do not; a fault in the rules is another
  if (done.error || (done.status !== 0 && done.status !== 19)) {
    throw new Error(`cfn-guard ${done.status}: ${done.error?.message ?? ''}${done.stderr}`);
  }
  const [found] = JSON.parse(done.stdout) as Found[];
  if (found === undefined) throw new Error('cfn-guard says nothing');
  return {
    passed: found.compliant,
    failed: found.not_compliant.map(({ Rule }) => Rule.name),
    idle: found.not_applicable,
  };
}
