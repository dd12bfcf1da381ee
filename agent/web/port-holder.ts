/**
 * Who listens on a port, as far as this process may see: from `/proc/self/net/tcp` and `tcp6` the socket's inode and
 * its user, from `/proc/PID/fd` the process that holds the inode. Other users' descriptors are closed to us, so
 * without privilege only the user is known.
 */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

export interface PortHolder {
  readonly uid: number;
  /** From /etc/passwd; null when it is not there. */
  readonly user: string | null;
  readonly pid: number | null;
  /** Name of its executable; never its arguments, which may hold secrets. */
  readonly command: string | null;
}

/** TCP_LISTEN of include/net/tcp_states.h, as /proc prints it. */
const LISTEN = '0A';

/** Sockets that listen on this port, from the text of /proc/net/tcp or tcp6. */
export function listeners(procNetTcp: string, port: number): { readonly uid: number; readonly inode: string }[] {
  const hex = port.toString(16).toUpperCase().padStart(4, '0');
  return procNetTcp.split('\n').flatMap((line) => {
    // sl local_address rem_address st tx:rx tr:tm retrnsmt uid timeout inode …
    const [, local = '', , state, , , , uid, , inode] = line.trim().split(/\s+/);
    return state === LISTEN && local.endsWith(`:${hex}`) && inode !== undefined ? [{ uid: Number(uid), inode }] : [];
  });
}

/** null when nothing listens there or nothing can be read. */
export function portHolder(port: number): PortHolder | null {
  const found = ['/proc/self/net/tcp', '/proc/self/net/tcp6'].flatMap((path) => listeners(read(path), port))[0];
  if (found === undefined) return null;
  const user = read('/etc/passwd')
    .split('\n')
    .map((line) => line.split(':'))
    .find(([, , uid]) => uid === String(found.uid))?.[0];
  const pid = processWith(`socket:[${found.inode}]`);
  const command = pid === null ? null : nameOf(pid);
  return { uid: found.uid, user: user ?? null, pid, command };
}

/** By its executable: `comm` is only what a program calls its thread ("MainThread" in Node). */
function nameOf(pid: number): string | null {
  const file = target(`/proc/${pid}/exe`)?.replace(/ \(deleted\)$/, '');
  return file?.slice(file.lastIndexOf('/') + 1) || read(`/proc/${pid}/comm`).trim() || null;
}

function processWith(link: string): number | null {
  for (const entry of list('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    const folder = `/proc/${entry}/fd`;
    if (list(folder).some((fd) => target(`${folder}/${fd}`) === link)) return Number(entry);
  }
  return null;
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function list(path: string): string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}

function target(path: string): string | null {
  try {
    return readlinkSync(path);
  } catch {
    return null;
  }
}
