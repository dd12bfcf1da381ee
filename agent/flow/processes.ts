/**
 * Which processes own the connections of a flow: its sockets' inodes from one dump, then the descriptors under /proc.
 * That is five times the work of a dump, so it is done on demand and for the flows that are shown, never all the time.
 */
import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { SockDiag } from '../kernel/sock-diag.ts';
import { STATES } from '../kernel/sock-diag-wire.ts';
import { decodeSocketRow, emptyRow } from '../kernel/socket-row.ts';
import { AF } from '../kernel/sockets.ts';
import { formatAddress } from '../measure/address.ts';

export interface FlowName {
  readonly local: string;
  readonly remote: string;
  readonly servicePort: number;
  readonly direction: 'client' | 'server';
}

export const flowId = ({ local, remote, servicePort, direction }: FlowName): string =>
  `${direction} ${local} ${remote} ${servicePort}`;

export interface Owner {
  readonly pid: number;
  readonly name: string;
}

export interface Owners {
  /** By {@link flowId}. A flow without an open connection, or whose owner may not be seen, has none. */
  readonly owners: ReadonlyMap<string, readonly Owner[]>;
  /** Why some owners are not told, with the remedy; null when all open connections have theirs. */
  readonly note: string | null;
}

/** What of the search was in vain. */
export interface Search {
  /** Flows with an open connection. */
  readonly open: number;
  /** Of these, flows with a socket in this network namespace, and flows with an owner. */
  readonly found: number;
  readonly owned: number;
  /** Processes whose descriptors may not be read. */
  readonly denied: number;
  /** Processes of others do not even show (hidepid, ProtectProc). */
  readonly hidden: boolean;
}

export function noteOf({ open, found, owned, denied, hidden }: Search): string | null {
  if (open > 0 && found === 0)
    return 'none of these connections is in this network namespace: run the command in the one of the agent (nsenter --net)';
  if (owned === found) return null;
  if (hidden) return 'other users’ processes are hidden here (/proc is mounted with hidepid): run it as root';
  if (denied > 0) return 'other users’ processes may not be looked into: run it as root';
  return 'the other connections belong to no process that shows here: to the kernel, or to a container’s';
}

export function ownersOf(flows: readonly (FlowName & { readonly open: number })[]): Owners {
  const open = new Set(flows.filter((flow) => flow.open > 0).map(flowId));
  const inodes = inodesOf(open);
  const found = new Set(inodes.values()).size;
  const owners = new Map<string, Owner[]>();
  if (inodes.size === 0) {
    return { owners, note: noteOf({ open: open.size, found, owned: 0, denied: 0, hidden: false }) };
  }
  const refused = { denied: 0 };
  for (const { owner, inode } of descriptors(refused)) {
    const flow = inodes.get(inode);
    if (flow === undefined) continue;
    const known = owners.get(flow) ?? [];
    if (!known.some(({ pid }) => pid === owner.pid)) known.push(owner);
    owners.set(flow, known);
  }
  // The first process is always there, and root's.
  const hidden = !existsSync('/proc/1');
  return { owners, note: noteOf({ open: open.size, found, owned: owners.size, ...refused, hidden }) };
}

/** Flow by inode, of the open sockets of these flows. */
function inodesOf(wanted: ReadonlySet<string>): Map<number, string> {
  const found = new Map<number, string>();
  const source = SockDiag.open();
  if (!(source instanceof SockDiag)) return found;
  const row = emptyRow();
  for (const family of [AF.INET, AF.INET6]) {
    if (source.beginDump(family, STATES.flows) < 0) continue;
    const see = {
      row: (view: DataView, message: number, info: number, length: number) => {
        decodeSocketRow(view, message, info, length, row);
        const local = formatAddress(row.local, row.family);
        const remote = formatAddress(row.remote, row.family);
        const asClient = flowId({ local, remote, servicePort: row.remotePort, direction: 'client' });
        const asServer = flowId({ local, remote, servicePort: row.localPort, direction: 'server' });
        if (wanted.has(asClient)) found.set(row.inode, asClient);
        else if (wanted.has(asServer)) found.set(row.inode, asServer);
      },
    };
    while (source.readDump(see) === 0);
  }
  source.close();
  return found;
}

/** Every socket descriptor that may be seen; those of other users' processes need root. */
function* descriptors(refused: { denied: number }): Generator<{ readonly owner: Owner; readonly inode: number }> {
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    try {
      const owner = { pid: Number(entry), name: readFileSync(`/proc/${entry}/comm`, 'utf8').trim() };
      for (const fd of readdirSync(`/proc/${entry}/fd`)) {
        const inode = /^socket:\[(\d+)\]$/.exec(linkOf(`/proc/${entry}/fd/${fd}`))?.[1];
        if (inode !== undefined) yield { owner, inode: Number(inode) };
      }
    } catch (error) {
      // Ended meanwhile, or not ours to see.
      if (error instanceof Error && 'code' in error && error.code === 'EACCES') refused.denied += 1;
    }
  }
}

function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}
