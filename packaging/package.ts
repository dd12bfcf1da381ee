/**
 * `npm run package`: what is installed, from the executables that `npm run build` has made.
 *
 *   node packaging/package.ts [--out dist/package] [--formats zip,deb,rpm] [--version V --executable FILE --arch A]
 *
 *   manifest.json                   content of the Distributor document, schema 2.0
 *   vpc-canary-V-linux-ARCH.zip     its attachments
 *   vpc-canary_V_ARCH.deb, vpc-canary-V-1.ARCH.rpm   the same without Distributor
 *   SHA256SUMS, sbom.cdx.json       for those who check and those who audit
 *
 * The manifest describes files, it is not in them. Zips come from Info-ZIP: sorted names, one time, no owners.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { ARCHITECTURES, type Architecture } from './architecture.ts';
import { makeDeb } from './native/deb.ts';
import { makeRpm } from './native/rpm.ts';
import { FILE_TIME, makePayload, sha256 } from './payload.ts';
import { PLATFORMS } from './platforms.ts';
import { writeBillOfMaterials } from './sbom.ts';

/** Architectures in the manifest's words. */
const GO_NAMES = { x64: 'x86_64', arm64: 'arm64' } as const satisfies Record<Architecture, string>;

interface Zip {
  readonly architecture: Architecture;
  readonly file: string;
}

function makeZip(folder: string, names: readonly string[], out: string): void {
  rmSync(out, { force: true });
  execFileSync('zip', ['-X', '-q', resolve(out), ...names], {
    cwd: folder,
    stdio: ['ignore', 'inherit', 'inherit'],
    // zip writes local times
    env: { ...process.env, TZ: 'UTC', ZIPOPT: '', SOURCE_DATE_EPOCH: String(FILE_TIME) },
  });
}

export function manifest(version: string, zips: readonly Zip[]): unknown {
  const byArchitecture = Object.fromEntries(
    zips.map(({ architecture, file }) => [GO_NAMES[architecture], { file: basename(file) }]),
  );
  return {
    schemaVersion: '2.0',
    version,
    publisher: 'vpc-canary',
    packages: Object.fromEntries(
      Object.entries(PLATFORMS).map(([platform, versions]) => [
        platform,
        Object.fromEntries(versions.map((release) => [release, byArchitecture])),
      ]),
    ),
    files: Object.fromEntries(zips.map(({ file }) => [basename(file), { checksums: { sha256: sha256(file) } }])),
  };
}

/** What makes each format, and the Debian package of it. */
const TOOLS = { zip: ['zip', 'zip'], deb: ['dpkg-deb', 'dpkg'], rpm: ['rpmbuild', 'rpm'] } as const;
type Format = keyof typeof TOOLS;
const FORMATS = Object.keys(TOOLS) as Format[];

function formatsOf(text: string): Format[] {
  const named = text.split(',');
  const unknown = named.filter((name) => !FORMATS.some((format) => format === name));
  if (unknown.length > 0) throw new Error(`--formats takes ${FORMATS.join(', ')}, not ${unknown.join(', ')}`);
  const formats = FORMATS.filter((format) => named.includes(format));
  for (const format of formats) {
    const [tool, debian] = TOOLS[format];
    if (spawnSync(tool, ['--help'], { stdio: 'ignore' }).error === undefined) continue;
    const others = formats.filter((other) => other !== format).join(',') || 'zip';
    throw new Error(`${tool} is not installed: apt-get install ${debian}, or go without: --formats ${others}`);
  }
  return formats;
}

function zipOf(out: string, version: string, architecture: Architecture, executable: string): Zip {
  const folder = join(out, `.payload-${architecture}`);
  const file = join(out, `vpc-canary-${version}-linux-${architecture}.zip`);
  makeZip(folder, makePayload(folder, executable, version, architecture), file);
  rmSync(folder, { recursive: true });
  return { architecture, file };
}

function main(): void {
  const { values } = parseArgs({
    options: {
      out: { type: 'string', default: 'dist/package' },
      formats: { type: 'string', default: FORMATS.join(',') },
      arch: { type: 'string' },
      executable: { type: 'string' },
      version: { type: 'string' },
    },
  });
  const { version: written } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
  const { out, version = written } = values;
  const formats = formatsOf(values.formats);
  const wanted = ARCHITECTURES.filter((architecture) => values.arch === undefined || values.arch === architecture);
  if (wanted.length === 0) throw new Error(`--arch takes ${ARCHITECTURES.join(' or ')}, not ${values.arch}`);
  // folders of packages have the modes they are made with
  process.umask(0o022);
  mkdirSync(out, { recursive: true });

  const files: string[] = [];
  const zips: Zip[] = [];
  const report = (file: string): void => {
    files.push(file);
    console.log(`${file}  ${(statSync(file).size / 2 ** 20).toFixed(1)} MiB`);
  };
  for (const architecture of wanted) {
    const executable = values.executable ?? `dist/vpc-canary-${version}-linux-${architecture}`;
    if (!existsSync(executable)) throw new Error(`${executable} is missing: npm run build makes it`);
    if (formats.includes('zip')) {
      const zip = zipOf(out, version, architecture, executable);
      zips.push(zip);
      report(zip.file);
    }
    if (formats.includes('deb')) report(makeDeb({ version, architecture, executable, out }));
    if (formats.includes('rpm')) report(makeRpm({ version, architecture, executable, out }));
  }
  if (zips.length > 0) {
    const file = join(out, 'manifest.json');
    writeFileSync(file, `${JSON.stringify(manifest(version, zips), null, 2)}\n`);
    report(file);
  }
  const bill = join(out, 'sbom.cdx.json');
  writeBillOfMaterials(bill);
  report(bill);
  const sums = join(out, 'SHA256SUMS');
  writeFileSync(sums, files.map((file) => `${sha256(file)}  ${basename(file)}\n`).join(''));
  console.log(sums);
}

if (process.argv[1] !== undefined && resolve(process.argv[1]) === import.meta.filename) {
  try {
    main();
  } catch (error) {
    console.error(`packaging failed: ${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = 1;
  }
}
