/** Reads the documents of ssm-document/ and fills in parameters as Systems Manager does: as text. */
import { globSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { parse } from 'yaml';

export interface CommandDocument {
  readonly parameters?: Readonly<Record<string, { readonly default?: string; readonly allowedPattern?: string }>>;
  readonly mainSteps: readonly { readonly inputs: { readonly runCommand: readonly string[] } }[];
}

export const documentNames = (): string[] =>
  globSync('ssm-document/*.yaml')
    .map((file) => basename(file, '.yaml'))
    .sort();

/** Those that Run Command runs on an instance; the others are Automation's. */
export const commandNames = (): string[] =>
  documentNames().filter((name) => (readDocument(name) as { schemaVersion: string }).schemaVersion === '2.2');

export const readDocument = (name: string): unknown => parse(readFileSync(`ssm-document/${name}.yaml`, 'utf8'));

/** The script of a document's only step. */
export function scriptOf(name: string, given: Readonly<Record<string, string>> = {}): string {
  const { parameters = {}, mainSteps } = readDocument(name) as CommandDocument;
  let script = mainSteps.flatMap(({ inputs }) => inputs.runCommand).join('\n');
  for (const [key, { default: fallback }] of Object.entries(parameters)) {
    const value = given[key] ?? fallback;
    if (value === undefined) throw new Error(`${name} needs ${key}`);
    script = script.replaceAll(new RegExp(`\\{\\{ *${key} *\\}\\}`, 'g'), () => value);
  }
  return script;
}
