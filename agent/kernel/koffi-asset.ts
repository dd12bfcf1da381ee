/**
 * koffi out of the single executable itself.
 *
 * An addon must be a file to be loaded. Here it is one without a name: O_TMPFILE makes it inside a folder of
 * ours, the loader takes it through /proc/self/fd, and it is gone with the process. Nothing lies in /tmp for
 * another user to swap, and a read-only or HOME-less host needs no cache folder.
 *
 * The descriptor stays open for good: the dynamic loader knows libraries by path, and a later addon under the
 * same number would be taken for this one.
 */
import { closeSync, constants, lstatSync, openSync, writeSync } from 'node:fs';
import type { ForeignFunctions } from './foreign-functions.ts';

const ASSET = 'koffi.node';
/** include/uapi/asm-generic/fcntl.h: #define __O_TMPFILE 020000000; O_TMPFILE is that with O_DIRECTORY. */
const O_TMPFILE = 0o20000000 | constants.O_DIRECTORY;

interface Sea {
  isSea(): boolean;
  getRawAsset(key: string): ArrayBuffer;
}

/** The single-executable API, or null when we do not run from one. */
export function singleExecutable(): Sea | null {
  const sea = process.getBuiltinModule('node:sea') as Sea;
  return sea.isSea() ? sea : null;
}

let offered: string | undefined;

/** A folder that may be used before all others: the state directory as configured. To be said before the first load. */
export function offerFolder(folder: string): void {
  offered = folder;
}

/** Folders in which the file may be made, best first: the configured one, systemd's, the packaged one, the user's own. */
function candidates(): string[] {
  const { STATE_DIRECTORY, XDG_RUNTIME_DIR, HOME } = process.env;
  const folders = [offered, STATE_DIRECTORY?.split(':')[0], '/var/lib/vpc-canary', XDG_RUNTIME_DIR, HOME];
  return [...new Set(folders.filter((folder) => folder !== undefined && folder !== ''))] as string[];
}

/** Why a folder will not do, or null. Others must not be able to write where we load code from. */
export function unfit(folder: string): string | null {
  try {
    const status = lstatSync(folder);
    if (!status.isDirectory()) return 'is not a directory';
    if (status.uid !== process.geteuid?.()) return `belongs to user ${status.uid}, not to us`;
    if ((status.mode & 0o022) !== 0) return 'can be written by others';
    return null;
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : String(error);
  }
}

function loadFrom(folder: string, addon: Uint8Array): ForeignFunctions {
  const fd = openSync(folder, O_TMPFILE | constants.O_RDWR, 0o500);
  try {
    for (let written = 0; written < addon.length; ) written += writeSync(fd, addon, written);
    const module: { exports: unknown } = { exports: {} };
    process.dlopen(module, `/proc/self/fd/${fd}`);
    return module.exports as ForeignFunctions;
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}

/** Loads the addon from the executable's asset. Throws an Error that names every folder tried and why it would not do. */
export function loadAsset(sea: Sea): ForeignFunctions {
  const addon = new Uint8Array(sea.getRawAsset(ASSET));
  const tried: string[] = [];
  for (const folder of candidates()) {
    const reason = unfit(folder);
    if (reason !== null) {
      tried.push(`${folder}: ${reason}`);
      continue;
    }
    try {
      return loadFrom(folder, addon);
    } catch (error) {
      tried.push(`${folder}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  throw new Error(
    `no folder to load it from, name one that only you can write and that is not noexec with --state-dir or STATE_DIRECTORY; tried ${tried.join('; ')}`,
  );
}
