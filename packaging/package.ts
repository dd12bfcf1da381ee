/**
 * `npm run package`: what Distributor takes, from the executables that `npm run build` has made.
 *
 *   node packaging/package.ts [--out dist/package] [--version V --executable FILE --arch A]
 *
 *   manifest.json                   content of the document, schema 2.0
 *   vpc-canary-V-linux-ARCH.zip     its attachments
 *   SHA256SUMS, sbom.cdx.json       for those who check and those who audit
 *
 * The manifest describes files, it is not in them. Zips come from Info-ZIP: sorted names, one time, no owners.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { ARCHITECTURES, type Architecture } from './architecture.ts';
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
  execFileSync('zip', ['-X', '-9', '-q', resolve(out), ...names], {
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

function main(): void {
  const { values } = parseArgs({
    options: {
      out: { type: 'string', default: 'dist/package' },
      arch: { type: 'string' },
      executable: { type: 'string' },
      version: { type: 'string' },
    },
  });
  const { version: written } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
  const version = values.version ?? written;
  const wanted = ARCHITECTURES.filter((architecture) => values.arch === undefined || values.arch === architecture);
  if (wanted.length === 0) throw new Error(`--arch takes ${ARCHITECTURES.join(' or ')}, not ${values.arch}`);
  mkdirSync(values.out, { recursive: true });

  const zips = wanted.map((architecture) => {
    const executable = values.executable ?? `dist/vpc-canary-${version}-linux-${architecture}`;
    if (!existsSync(executable)) throw new Error(`${executable} is missing: npm run build makes it`);
    const folder = join(values.out, `.payload-${architecture}`);
    const file = join(values.out, `vpc-canary-${version}-linux-${architecture}.zip`);
    makeZip(folder, makePayload(folder, executable, version, architecture), file);
    rmSync(folder, { recursive: true });
    console.log(`${file}  ${(statSync(file).size / 2 ** 20).toFixed(1)} MiB`);
    return { architecture, file };
  });
  const manifestFile = join(values.out, 'manifest.json');
  writeFileSync(manifestFile, `${JSON.stringify(manifest(version, zips), null, 2)}\n`);
  const bill = join(values.out, 'sbom.cdx.json');
  writeBillOfMaterials(bill);
  const files = [...zips.map(({ file }) => file), manifestFile, bill];
  writeFileSync(join(values.out, 'SHA256SUMS'), files.map((file) => `${sha256(file)}  ${basename(file)}\n`).join(''));
  console.log(`${manifestFile}\n${bill}\n${join(values.out, 'SHA256SUMS')}`);
}

if (process.argv[1] !== undefined && resolve(process.argv[1]) === import.meta.filename) {
  try {
    main();
  } catch (error) {
    console.error(`packaging failed: ${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = 1;
  }
}
