/**
 * Tells systemd how the service is doing (sd_notify(3)): one datagram of NAME=VALUE lines to the socket that
 * NOTIFY_SOCKET names, a path or, with a leading "@", an abstract name. Node has no datagram sockets of AF_UNIX, and
 * the systemd-notify program would be another process that systemd has to trust.
 *
 *   struct sockaddr_un (110): family u16 @0, path @2; a path ends with NUL, an abstract name begins with one and
 *   ends with the address
 *
 * Sends never block: a service manager that does not read must not hold up probing. What could not be sent is
 * returned as −errno, and the next watchdog message tries again.
 */
import { Arena } from './arena.ts';
import { ERRNO } from './errno.ts';
import { libc } from './libc.ts';
import { AF, MSG, SOCK } from './sockets.ts';

/** sun_path of include/uapi/linux/un.h. */
const LONGEST_PATH = 108;
/** Longer texts are cut; systemctl shows one line of them anyway. */
const LONGEST_MESSAGE = 2048;

export interface ServiceManager {
  /** How often `watchdog` is to be called, half of what systemd demands; null when it does not watch. */
  readonly watchdogMs: number | null;
  /** Started, or done reloading. Zero, or −errno, as all of these. */
  ready(status: string): number;
  status(text: string): number;
  /** Configuration is being read again; `monoMs` is CLOCK_MONOTONIC now (Type=notify-reload needs it). */
  reloading(monoMs: number): number;
  watchdog(): number;
  stopping(status: string): number;
  close(): void;
}

/**
 * The service manager that started this process with `environment`; null when there is none to talk to. The watchdog
 * is ours only if WATCHDOG_PID is `pid` or unset. Throws KernelUnavailable.
 */
export function serviceManager(
  environment: Readonly<Record<string, string | undefined>>,
  pid: number,
): ServiceManager | null {
  const name = environment['NOTIFY_SOCKET'] ?? '';
  const bytes = new TextEncoder().encode(name);
  if (!/^[/@]./.test(name) || bytes.length >= LONGEST_PATH) return null;
  const fd = libc().socket(AF.UNIX, SOCK.DGRAM | SOCK.NONBLOCK | SOCK.CLOEXEC, 0);
  if (fd < 0) return null;
  const send = sender(fd, bytes);
  return {
    watchdogMs: watchdogMs(environment, pid),
    ready: (status) => send(`READY=1\nSTATUS=${oneLine(status)}`),
    status: (text) => send(`STATUS=${oneLine(text)}`),
    reloading: (monoMs) => send(`RELOADING=1\nMONOTONIC_USEC=${Math.floor(monoMs * 1000)}`),
    watchdog: () => send('WATCHDOG=1'),
    stopping: (status) => send(`STOPPING=1\nSTATUS=${oneLine(status)}`),
    close: () => void libc().close(fd),
  };
}

function sender(fd: number, name: Uint8Array): (message: string) => number {
  const arena = new Arena(2 + LONGEST_PATH + 6 + LONGEST_MESSAGE);
  const address = arena.reserve(2 + LONGEST_PATH);
  const data = arena.reserve(LONGEST_MESSAGE);
  const abstract = name[0] === 0x40;
  arena.view.setUint16(address, AF.UNIX, true);
  arena.bytes.set(name, address + 2);
  if (abstract) arena.view.setUint8(address + 2, 0);
  const length = 2 + name.length + (abstract ? 0 : 1);
  return (message) => {
    const { written } = new TextEncoder().encodeInto(message, arena.bytes.subarray(data, data + LONGEST_MESSAGE));
    const sent = libc().sendto(fd, arena.base + data, written, MSG.NOSIGNAL, arena.base + address, length);
    return sent === -ERRNO.EINTR ? -ERRNO.EAGAIN : Math.min(sent, 0);
  };
}

function watchdogMs(environment: Readonly<Record<string, string | undefined>>, pid: number): number | null {
  const owner = environment['WATCHDOG_PID'] ?? String(pid);
  const microseconds = Number(environment['WATCHDOG_USEC'] ?? 0);
  return owner === String(pid) && microseconds > 0 ? microseconds / 2000 : null;
}

/** A line break would begin the next assignment. */
function oneLine(text: string): string {
  return text.replaceAll(/[\r\n]+/g, ' ');
}
