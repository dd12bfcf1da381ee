/**
 * Retransmission timeouts of each connection. Linux 6.7 and later tell them in tcp_info; before that a BPF program can
 * count them (kernel/rto-counter.ts), where the agent may load one. Which of the two it is is decided once, here, and
 * where it is neither the reason is told: a timeout that nobody counted is unknown, never zero.
 */
import { readFileSync, readlinkSync } from 'node:fs';
import { effectiveCapabilities } from '../kernel/capabilities.ts';
import { ERRNO, errnoName } from '../kernel/errno.ts';
import { KernelUnavailable } from '../kernel/kernel-unavailable.ts';
import { RtoCounter, type RtoCounterFailure } from '../kernel/rto-counter.ts';
import { kernelTellsTimeouts } from '../kernel/tcp-info.ts';

export type RtoMode = 'auto' | 'on' | 'off';

export interface TimeoutSource {
  readonly source: 'tcp_info' | 'bpf' | null;
  /** Why they are not counted as was asked; null when they are. */
  readonly reason: string | null;
  readonly counter: RtoCounter | null;
}

/** include/linux/proc_ns.h: PROC_CGROUP_INIT_INO, the namespace that sees the whole tree. */
const FIRST_CGROUP_NAMESPACE = 'cgroup:[4026531835]';

/** Where timeouts come from on this machine; a counter that is given back counts from now on and is the caller's to close. */
export function timeoutSource(mode: RtoMode): TimeoutSource {
  const told = kernelTellsTimeouts();
  const fallback = told ? 'tcp_info' : null;
  if (told && mode !== 'on') return { source: 'tcp_info', reason: null, counter: null };
  if (mode === 'off') return { source: null, reason: 'flows.rto is off', counter: null };
  const reason = missingPrivilege();
  if (reason !== null) return { source: fallback, reason, counter: null };
  const cgroup = cgroupRoot(readText('/proc/self/mountinfo'), linkOf('/proc/self/ns/cgroup'));
  if (!cgroup.ok) return { source: fallback, reason: cgroup.reason, counter: null };
  try {
    const counter = RtoCounter.attach(cgroup.path);
    return counter instanceof RtoCounter
      ? { source: 'bpf', reason: null, counter }
      : { source: fallback, reason: failureText(counter), counter: null };
  } catch (error) {
    if (!(error instanceof KernelUnavailable)) throw error;
    return { source: fallback, reason: error.message, counter: null };
  }
}

function missingPrivilege(): string | null {
  const held = effectiveCapabilities();
  if (held === null || held.includes('CAP_SYS_ADMIN')) return null;
  const missing = ['CAP_BPF', 'CAP_NET_ADMIN'].filter((name) => !held.includes(name));
  return missing.length === 0
    ? null
    : `the agent lacks ${missing.join(' and ')}, which counting them takes (drop-in rto.conf of systemd/README.md)`;
}

/** Folder of the root of cgroup v2, from mountinfo and the name of the own cgroup namespace. */
export function cgroupRoot(
  mountinfo: string,
  namespace: string,
): { readonly ok: true; readonly path: string } | { readonly ok: false; readonly reason: string } {
  // proc_pid_mountinfo(5): id parent major:minor root mount-point options … - type source options
  const mounts = mountinfo.split('\n').flatMap((line) => {
    const [, , , root, path] = line.split(' ');
    return line.includes(' - cgroup2 ') && root === '/' && path !== undefined ? [unescaped(path)] : [];
  });
  const [path] = mounts;
  if (path === undefined)
    return {
      ok: false,
      reason:
        'cgroup v2, on whose root they are counted, is not mounted here (mount -t cgroup2 none /sys/fs/cgroup/unified)',
    };
  if (namespace !== FIRST_CGROUP_NAMESPACE)
    return {
      ok: false,
      reason:
        'the agent runs in a cgroup namespace of its own, so only its own connections could be counted (run the container with --cgroupns=host)',
    };
  return { ok: true, path };
}

/** Blanks and backslashes stand as octal numbers. */
const unescaped = (path: string): string =>
  path.replace(/\\([0-7]{3})/g, (_all, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)));

export function failureText({ step, errno }: RtoCounterFailure): string {
  const name = errnoName(errno);
  const refused = -errno === ERRNO.EPERM;
  switch (step) {
    case 'cgroup':
      return `the root of cgroup v2 cannot be opened (${name})`;
    case 'map':
      return refused
        ? 'the kernel refuses bpf(2) (EPERM): SystemCallFilter must allow bpf, and before Linux 5.11 LimitMEMLOCK must be 8 MB'
        : `the kernel makes no BPF map (${name})`;
    case 'program':
      return `the kernel takes no sock_ops program (${name})`;
    case 'link':
      return refused
        ? 'another program on the root of cgroup v2 allows none beside it (EPERM)'
        : `the kernel cannot tie a program to this process (${name}); Linux 5.7 and later can`;
  }
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}
