/** What this process may do: the effective capabilities, by name (capabilities(7)). */
import { readFileSync } from 'node:fs';

/** include/uapi/linux/capability.h, by bit. */
const NAMES = [
  ...['CHOWN', 'DAC_OVERRIDE', 'DAC_READ_SEARCH', 'FOWNER', 'FSETID', 'KILL', 'SETGID', 'SETUID', 'SETPCAP'],
  ...['LINUX_IMMUTABLE', 'NET_BIND_SERVICE', 'NET_BROADCAST', 'NET_ADMIN', 'NET_RAW', 'IPC_LOCK', 'IPC_OWNER'],
  ...['SYS_MODULE', 'SYS_RAWIO', 'SYS_CHROOT', 'SYS_PTRACE', 'SYS_PACCT', 'SYS_ADMIN', 'SYS_BOOT', 'SYS_NICE'],
  ...['SYS_RESOURCE', 'SYS_TIME', 'SYS_TTY_CONFIG', 'MKNOD', 'LEASE', 'AUDIT_WRITE', 'AUDIT_CONTROL', 'SETFCAP'],
  ...['MAC_OVERRIDE', 'MAC_ADMIN', 'SYSLOG', 'WAKE_ALARM', 'BLOCK_SUSPEND', 'AUDIT_READ', 'PERFMON', 'BPF'],
  'CHECKPOINT_RESTORE',
] as const;

/** Names of the capabilities in a mask of /proc/PID/status, such as "000001ffffffffff". */
export function decodeCapabilities(mask: string): string[] {
  const bits = BigInt(`0x${mask}`);
  const names: string[] = [];
  for (let bit = 0; bits >> BigInt(bit) !== 0n; bit += 1) {
    if ((bits >> BigInt(bit)) & 1n) names.push(`CAP_${NAMES[bit] ?? bit}`);
  }
  return names;
}

/** Names of this process's effective capabilities; null when /proc does not tell. */
export function effectiveCapabilities(): string[] | null {
  try {
    const mask = /^CapEff:\s*([0-9a-f]+)$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
    return mask === undefined ? null : decodeCapabilities(mask);
  } catch {
    return null;
  }
}
