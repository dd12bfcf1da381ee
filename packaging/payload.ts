/**
 * The folder of one architecture that the scripts of packaging/install run in: they, the executable, the unit files,
 * the first configuration, and a list of checksums. Flat, because the SSM agent makes a missing folder of a zip with
 * the mode of the file in it, which cannot be entered.
 */
import { createHash } from 'node:crypto';
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import type { Architecture } from './architecture.ts';

/** All files carry one time, so that packing twice gives the same bytes: 2026-01-01, UTC. */
export const FILE_TIME = 1_767_225_600;

/** What of the source goes into every package, beside the executable. */
function sources(): string[] {
  const scripts = readdirSync('packaging/install').map((name) => join('packaging/install', name));
  const units = ['vpc-canary.service', 'vpc-canary.sysusers', 'back-off.conf'].map((name) => join('systemd', name));
  return [...scripts, ...units];
}

/** Fills `folder` (which is emptied first). Returns the names of its files, sorted. */
export function makePayload(folder: string, executable: string, version: string, architecture: Architecture): string[] {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const source of sources()) copyFileSync(source, join(folder, basename(source)));
  copyFileSync(executable, join(folder, 'vpc-canary'));
  writeFileSync(join(folder, 'PACKAGE'), `version=${version}\narchitecture=${architecture}\n`);
  const names = readdirSync(folder).sort();
  const sums = names.map((name) => `${sha256(join(folder, name))}  ${name}\n`);
  writeFileSync(join(folder, 'SHA256SUMS'), sums.join(''));
  const all = [...names, 'SHA256SUMS'].sort();
  for (const name of all) {
    chmodSync(join(folder, name), name === 'vpc-canary' ? 0o755 : 0o644);
    utimesSync(join(folder, name), FILE_TIME, FILE_TIME);
  }
  return all;
}

export function sha256(file: string): string {
  return createHash('sha256').update(readFileSync(file)).digest('hex');
}
