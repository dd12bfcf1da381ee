/** What is to be published, read and checked before anything leaves this machine. */
import { existsSync, globSync, readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { sha256 } from './payload.ts';

/** Distributor's limits. */
const MOST_FILES = 20;
const MOST_BYTES = 1024 ** 3;
const MOST_CONTENT = 64 * 1024;
const VERSION = /^[A-Za-z0-9_.-]{1,128}$/;

export interface PackageFiles {
  readonly version: string;
  readonly manifest: string;
  readonly files: readonly string[];
}

interface Manifest {
  readonly schemaVersion?: string;
  readonly version?: string;
  readonly files?: Readonly<Record<string, { readonly checksums?: { readonly sha256?: string } }>>;
}

/** @throws naming every file that is missing, too large or not what the manifest says */
export function packageFiles(folder: string): PackageFiles {
  const manifest = join(folder, 'manifest.json');
  if (!existsSync(manifest)) throw new Error(`${manifest} is missing: npm run build && npm run package make it`);
  const text = readFileSync(manifest, 'utf8');
  const { schemaVersion, version = '', files = {} } = JSON.parse(text) as Manifest;
  const problems: string[] = [];
  if (schemaVersion !== '2.0') problems.push(`${manifest}: schemaVersion is ${schemaVersion}, not 2.0`);
  if (!VERSION.test(version)) problems.push(`${manifest}: version "${version}" does not match ${VERSION.source}`);
  if (text.length > MOST_CONTENT)
    problems.push(`${manifest}: ${text.length} bytes, a document has at most ${MOST_CONTENT}`);
  const names = Object.keys(files);
  if (names.length === 0 || names.length > MOST_FILES)
    problems.push(`${manifest}: ${names.length} files, a package has 1 to ${MOST_FILES}`);
  for (const name of names) {
    const file = join(folder, name);
    const wanted = files[name]?.checksums?.sha256;
    if (!existsSync(file)) problems.push(`${file} is missing: npm run package makes it`);
    else if (statSync(file).size > MOST_BYTES) problems.push(`${file} is larger than 1 GiB`);
    else if (wanted === undefined || sha256(file) !== wanted)
      problems.push(`${file} is not what the manifest was made for (sha256): npm run package makes both anew`);
  }
  if (problems.length > 0) throw new Error(problems.join('\n'));
  return { version, manifest, files: names.map((name) => join(folder, name)) };
}

export interface DocumentFile {
  readonly name: string;
  readonly file: string;
  readonly type: 'Command' | 'Automation';
}

/** The documents of a folder: schema 2.2 is Run Command's, 0.3 Automation's. */
export function documentFiles(folder: string): DocumentFile[] {
  return globSync(join(folder, '*.yaml'))
    .sort()
    .map((file) => {
      const schema = /^schemaVersion: "([\d.]+)"$/m.exec(readFileSync(file, 'utf8'))?.[1];
      const type = schema === '2.2' ? 'Command' : schema === '0.3' ? 'Automation' : null;
      if (type === null) throw new Error(`${file}: schemaVersion ${schema} is neither 2.2 nor 0.3`);
      return { name: basename(file, '.yaml'), file, type };
    });
}
