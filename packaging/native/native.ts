/**
 * What .deb and .rpm have in common: the tree of files they put in place, and their scripts, made whole.
 *
 *   /opt/vpc-canary/bin/vpc-canary   the executable, where Distributor's package has a link: so each sees the other
 *   /opt/vpc-canary/share/           what the scripts copy at need: first configuration, drop-in of newer systemd
 *   /usr/lib/systemd/system, /usr/lib/sysusers.d, /usr/bin/vpc-canary, /usr/share/doc/vpc-canary
 *
 * /etc/vpc-canary/config.yaml is none of the package's files. The scripts write it if there is none, as install.sh
 * does, and never again: it survives updates and removal under its own name with dpkg and rpm alike, no update asks
 * what to do with it, and one that Distributor has left is taken over.
 */
import { chmodSync, copyFileSync, mkdirSync, readFileSync, rmSync, symlinkSync, utimesSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import type { Architecture } from '../architecture.ts';
import { FILE_TIME } from '../payload.ts';

export interface NativePackage {
  readonly version: string;
  readonly architecture: Architecture;
  readonly executable: string;
  /** Folder for the package. */
  readonly out: string;
}

export const SUMMARY = 'canary that probes on-premises networks from a VPC';
export const DESCRIPTION =
  "Probes on-premises targets with raw ICMP, TCP, HTTP and DNS, reads the host's own TCP statistics, and says what is wrong, where and since when: on a page, to PRTG, Prometheus and CloudWatch.";

const FILES: readonly (readonly [source: string, target: string])[] = [
  ['systemd/vpc-canary.service', 'usr/lib/systemd/system/vpc-canary.service'],
  ['systemd/vpc-canary.sysusers', 'usr/lib/sysusers.d/vpc-canary.conf'],
  ['systemd/back-off.conf', 'opt/vpc-canary/share/back-off.conf'],
  ['packaging/install/config.yaml', 'opt/vpc-canary/share/config.yaml'],
  ['packaging/config.example.yaml', 'usr/share/doc/vpc-canary/config.example.yaml'],
  ['LICENSE', 'usr/share/doc/vpc-canary/copyright'],
];
const EXECUTABLE = 'opt/vpc-canary/bin/vpc-canary';
const COMMAND = 'usr/bin/vpc-canary';

/** Tools write the times of what they read, no later than this. */
export const EPOCH = { ...process.env, SOURCE_DATE_EPOCH: String(FILE_TIME), TZ: 'UTC', LC_ALL: 'C.UTF-8' };

/** Puts the files into `folder`, which is emptied first. Returns the paths of all that are not folders, sorted. */
export function makeTree(folder: string, executable: string): string[] {
  rmSync(folder, { recursive: true, force: true });
  for (const [source, target] of [...FILES, [executable, EXECUTABLE] as const]) {
    const path = join(folder, target);
    mkdirSync(dirname(path), { recursive: true });
    copyFileSync(source, path);
    chmodSync(path, target === EXECUTABLE ? 0o755 : 0o644);
    utimesSync(path, FILE_TIME, FILE_TIME);
  }
  mkdirSync(join(folder, dirname(COMMAND)), { recursive: true });
  symlinkSync(`/${EXECUTABLE}`, join(folder, COMMAND));
  return [...FILES.map(([, target]) => target), EXECUTABLE, COMMAND].sort();
}

/** A script of packaging/native with the files it sources in their place: it runs where they are not. */
export function wholeScript(name: string): string {
  return inline(join('packaging/native', name));
}

function inline(file: string): string {
  return readFileSync(file, 'utf8').replace(/^\. (\S+)\n/gm, (_line, sourced: string) =>
    inline(normalize(join(dirname(file), sourced))),
  );
}

/** "1.2.0-rc.1" is before "1.2.0" for dpkg and rpm alike when written with a tilde. */
export const nativeVersion = (version: string): string => version.replace('-', '~');
