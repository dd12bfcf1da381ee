/**
 * Which processes own the connections of a flow: its sockets' inodes from one dump, then the descriptors under /proc.
 * That is five times the work of a dump, so it is done on demand and for the flows that are shown, never all the time.
 */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
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

/** Owners by {@link flowId}. A flow without an open connection, or whose owner may not be seen, has none. */
export function ownersOf(flows: readonly FlowName[]): ReadonlyMap<string, readonly Owner[]> {
  const inodes = inodesOf(new Set(flows.map(flowId)));
  const owners = new Map<string, Owner[]>();
  if (inodes.size === 0) return owners;
  for (const { owner, inode } of descriptors()) {
    const flow = inodes.get(inode);
    if (flow === undefined) continue;
    const known = owners.get(flow) ?? [];
    if (!known.some(({ pid }) => pid === owner.pid)) known.push(owner);
    owners.set(flow, known);
  }
  return owners;
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
function* descriptors(): Generator<{ readonly owner: Owner; readonly inode: number }> {
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    try {
      const owner = { pid: Number(entry), name: readFileSync(`/proc/${entry}/comm`, 'utf8').trim() };
      for (const fd of readdirSync(`/proc/${entry}/fd`)) {
        const inode = /^socket:\[(\d+)\]$/.exec(linkOf(`/proc/${entry}/fd/${fd}`))?.[1];
        if (inode !== undefined) yield { owner, inode: Number(inode) };
      }
    } catch {
      // Ended meanwhile, or not ours to see.
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
