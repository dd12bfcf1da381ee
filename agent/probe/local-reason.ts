/** Why this host did not let a probe out, by errno: its own part, never loss (LocalCode). */
import type { LocalCode, Outcome } from '../measure/singleton.ts';

/** `errno` is a name ("ENETUNREACH"); `to` and `source` are address literals, for the words. */
export function localReason(errno: string, to: string, source: string | null): Outcome & { kind: 'local' } {
  const reason = (code: LocalCode, text: string): Outcome & { kind: 'local' } => ({ kind: 'local', code, text });
  switch (errno) {
    case 'ENETUNREACH':
    case 'EHOSTUNREACH':
      return reason('no-route', `this host has no route to ${to}; see ip route get ${to}`);
    case 'EAFNOSUPPORT':
      return reason('no-route', `this host has no ${to.includes(':') ? 'IPv6' : 'IPv4'}`);
    case 'EACCES':
      // Which addresses are broadcast depends on this host's networks: no check of the configuration can know.
      return reason(
        'denied',
        `this host sends nothing to ${to}: a network of its own has it as broadcast address, or a route or policy prohibits it`,
      );
    case 'EPERM':
      return reason('denied', `this host's firewall or policy does not let packets to ${to} out`);
    case 'EADDRNOTAVAIL':
      return reason(
        'no-address',
        source === null ? `no free local port towards ${to}` : `source address ${source} is not on this host`,
      );
    case 'EINVAL':
      // How sendmsg refuses a source address of the wrong host, where bind says EADDRNOTAVAIL.
      if (source !== null) return reason('no-address', `source address ${source} is not on this host`);
      return reason('other', `sending to ${to} failed: ${errno}`);
    case 'ENETDOWN':
    case 'ENODEV':
    case 'ENXIO':
      return reason('interface-down', `the network interface towards ${to} is down or gone`);
    case 'EMSGSIZE':
      return reason('too-big', `the packet to ${to} is larger than this host's own MTU allows`);
    case 'EMFILE':
    case 'ENFILE':
      return reason('overload', 'this process has no free file descriptor; raise LimitNOFILE');
    case 'ENOBUFS':
    case 'ENOMEM':
    case 'EAGAIN':
      return reason('overload', 'this host has no buffers left for sending');
    default:
      return reason('other', `sending to ${to} failed: ${errno}`);
  }
}
