/** What an operator sees of the installed service on a machine. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Snapshot } from '../../agent/verdict/snapshot.ts';
import type { Machine } from './machine.ts';

const URL = 'http://127.0.0.1:8080';

export const state = async (machine: Machine): Promise<Snapshot> =>
  JSON.parse(await machine.read(`curl -sf -m 5 ${URL}/api/v1/state`)) as Snapshot;

export const answers = (machine: Machine, path: string): Promise<boolean> =>
  machine.run(`curl -sf -m 5 -o /dev/null ${URL}${path}`).then(({ status }) => status === 0);

export const pid = (machine: Machine): Promise<string> => machine.read('systemctl show -p MainPID --value vpc-canary');

export const isActive = async (machine: Machine): Promise<boolean> =>
  (await machine.run('systemctl is-active --quiet vpc-canary')).status === 0;

export const isEnabled = async (machine: Machine): Promise<boolean> =>
  (await machine.run('systemctl is-enabled --quiet vpc-canary')).status === 0;

export const nothingInstalled = async (machine: Machine): Promise<boolean> =>
  (await machine.run('test -e /opt/vpc-canary/bin/vpc-canary || systemctl cat vpc-canary')).status === 1;

/** Files and accounts that have something of ours, but for journals and what the installer brought; empty if none. */
export const remains = async (machine: Machine): Promise<string> => {
  const aside = ['/proc', '/root', '/var/lib/amazon', '/var/log/journal'].map((path) => `-path ${path}`).join(' -o ');
  const files = await machine.read(
    `find / -xdev \\( ${aside} \\) -prune -o \\( -iname "*vpc*canary*" -o -nouser -o -nogroup \\) -print`,
  );
  const accounts = 'grep -l vpc-canary /etc/passwd /etc/group /etc/shadow /etc/gshadow || true';
  return [files, await machine.read(accounts)].filter((text) => text !== '').join('\n');
};

/** A stranger that listens on the port, until it is killed. */
export async function holdPort(machine: Machine, port: number): Promise<ChildProcess> {
  const listen = `require("net").createServer().listen(${port}, "0.0.0.0", () => console.log("up"))`;
  const holder = spawn('nsenter', ['-t', machine.init, '-n', process.execPath, '-e', listen]);
  await once(holder.stdout, 'data');
  return holder;
}
