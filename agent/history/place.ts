/**
 * Where the history file lies: is the directory fit for it, who holds the file, and what becomes of a file that
 * cannot be read.
 *
 * The directory must be the agent's own (or root's) and writable by nobody else: whoever can write there could
 * put a file or a link in the agent's way.
 */
import {
  accessSync,
  constants,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
} from 'node:fs';
import { dirname, join } from 'node:path';

export const FILE_NAME = 'history.db';
/** Files set aside that are kept; older ones are deleted, for each may be as large as history itself. */
const ASIDE_KEPT = 2;
const COMPANIONS = ['', '-wal', '-shm', '-journal'];
const OTHERS_MAY_WRITE = 0o022;

export type PlaceProblem =
  | { readonly code: 'missing'; readonly path: string; readonly cause: string }
  | { readonly code: 'not-a-directory'; readonly path: string }
  | { readonly code: 'foreign-owner'; readonly path: string; readonly owner: number; readonly self: number }
  | { readonly code: 'open-to-others'; readonly path: string; readonly mode: number }
  | { readonly code: 'not-writable'; readonly path: string; readonly cause: string }
  | { readonly code: 'not-a-file'; readonly path: string };

/** With its parents. The runtime's own recursive mkdir never ends where a parent exists that takes no children (/proc). */
function makeDirectory(directory: string): void {
  const parent = dirname(directory);
  if (parent !== directory && !existsSync(parent)) makeDirectory(parent);
  mkdirSync(directory, { mode: 0o700 });
}

/**
 * Makes the directory when it is missing (mode 0700); null when history may be kept there. A link is followed
 * (systemd's StateDirectory is one with DynamicUser=) and what it leads to is judged.
 */
export function checkPlace(directory: string): PlaceProblem | null {
  try {
    makeDirectory(directory);
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') return { code: 'missing', path: directory, cause: errorCode(error) };
  }
  const self = process.geteuid?.() ?? 0;
  const stats = statSync(directory, { throwIfNoEntry: false });
  if (!stats?.isDirectory()) return { code: 'not-a-directory', path: directory };
  const problem = ownership(directory, stats, self);
  if (problem) return problem;
  try {
    accessSync(directory, constants.W_OK | constants.X_OK);
  } catch (error) {
    return { code: 'not-writable', path: directory, cause: errorCode(error) };
  }
  for (const suffix of COMPANIONS) {
    const path = join(directory, FILE_NAME + suffix);
    const file = lstatSync(path, { throwIfNoEntry: false });
    if (file && !file.isFile()) return { code: 'not-a-file', path };
    const foreign = file ? ownership(path, file, self) : null;
    if (foreign) return foreign;
  }
  return null;
}

function ownership(path: string, stats: Stats, self: number): PlaceProblem | null {
  if (stats.uid !== self && stats.uid !== 0) return { code: 'foreign-owner', path, owner: stats.uid, self };
  if ((stats.mode & OTHERS_MAY_WRITE) !== 0) return { code: 'open-to-others', path, mode: stats.mode & 0o777 };
  return null;
}

/** Cause and remedy in words. */
export function placeText(problem: PlaceProblem): { readonly text: string; readonly remedy: string } {
  const { path } = problem;
  switch (problem.code) {
    case 'missing':
      return {
        text: `the state directory ${path} cannot be reached or made (${problem.cause})`,
        remedy: `make it for the agent's user (install -d -m 700 -o USER ${path}) or set state.directory`,
      };
    case 'not-a-directory':
      return {
        text: `the state directory ${path} is not a directory`,
        remedy: 'set state.directory to a directory of its own',
      };
    case 'foreign-owner':
      return {
        text: `${path} belongs to user ${problem.owner}, the agent runs as ${problem.self}`,
        remedy: `chown ${problem.self} ${path}, or set state.directory to a directory of the agent's own`,
      };
    case 'open-to-others':
      return {
        text: `${path} may be written by others (mode ${problem.mode.toString(8).padStart(3, '0')})`,
        remedy: `chmod go-w ${path}`,
      };
    case 'not-writable':
      return {
        text: `the agent may not write to ${path} (${problem.cause})`,
        remedy: `give the directory to the agent's user, or set state.directory to one that is`,
      };
    case 'not-a-file':
      return { text: `${path} is not a regular file`, remedy: `move ${path} away` };
  }
}

/** Renames the file (and what SQLite keeps beside it) to `history.db.WHY-TIME`; returns the new path. */
export function setAside(file: string, why: 'corrupt' | 'newer', now: number): string {
  const stamp = new Date(now).toISOString().replace(/[-:]|\.\d+/g, '');
  let aside = `${file}.${why}-${stamp}`;
  for (let i = 2; lstatSync(aside, { throwIfNoEntry: false }); i += 1) aside = `${file}.${why}-${stamp}-${i}`;
  for (const suffix of COMPANIONS) {
    if (lstatSync(file + suffix, { throwIfNoEntry: false })) renameSync(file + suffix, aside + suffix);
  }
  forgetOldest(file, why);
  return aside;
}

function forgetOldest(file: string, why: string): void {
  const directory = join(file, '..');
  const prefix = `${FILE_NAME}.${why}-`;
  const kept = readdirSync(directory)
    .filter((name) => name.startsWith(prefix) && !/-(wal|shm|journal)$/.test(name))
    .map((name) => ({ name, at: lstatSync(join(directory, name)).mtimeMs }))
    .sort((a, b) => b.at - a.at || b.name.localeCompare(a.name));
  for (const { name } of kept.slice(ASIDE_KEPT))
    for (const suffix of COMPANIONS) rmSync(join(directory, name + suffix), { force: true });
}

/** Process id of who holds a POSIX lock on the file, from /proc/locks; null when it cannot be seen. */
export function lockHolder(file: string): number | null {
  try {
    const inode = String(lstatSync(file).ino);
    for (const line of readFileSync('/proc/locks', 'utf8').split('\n')) {
      // "1: POSIX  ADVISORY  WRITE 4711 fd:01:123456 128 128": process id, then device:device:inode
      const match = /\s(\d+)\s+[0-9a-f]+:[0-9a-f]+:(\d+)\s/.exec(line);
      if (match?.[2] === inode) return Number(match[1]);
    }
  } catch {
    // Not visible here (ProcSubset=pid): then nobody can be named.
  }
  return null;
}

function errorCode(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}
