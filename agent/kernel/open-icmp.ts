/** Opens the best door to ICMP that this process may use, and says in words what is missing for the best one. */
import { ERRNO, errnoName, errnoText } from './errno.ts';
import type { IcmpDoor, IcmpListener } from './icmp-door.ts';
import { KernelUnavailable } from './kernel-unavailable.ts';
import { openPingIcmp } from './ping-socket.ts';
import { openRawIcmp } from './raw-icmp.ts';

export type IcmpOpening =
  | { readonly kind: 'raw'; readonly door: IcmpDoor }
  /** Works, with less: `text` says what is missing, `remedy` is the command that changes it. */
  | { readonly kind: 'ping'; readonly door: IcmpDoor; readonly text: string; readonly remedy: string }
  | {
      readonly kind: 'none';
      readonly code: 'no-privilege' | 'no-family' | 'no-kernel' | 'other';
      readonly text: string;
      readonly remedy: string | null;
    };

const PING_GROUPS = 'sudo sysctl -w net.ipv4.ping_group_range="0 2147483647"';

/** The command that lets this very executable open raw sockets; it takes effect at the next start. */
function setcap(): string {
  return `sudo setcap cap_net_raw+ep ${process.execPath}`;
}

/** `block`: see {@link openRawIcmp}. */
export function openIcmp(family: 4 | 6, block: number, listener: IcmpListener): IcmpOpening {
  try {
    return open(family, block, listener);
  } catch (error) {
    if (!(error instanceof KernelUnavailable)) throw error;
    return { kind: 'none', code: 'no-kernel', text: `ICMP cannot be sent: ${error.message}`, remedy: null };
  }
}

function open(family: 4 | 6, block: number, listener: IcmpListener): IcmpOpening {
  const raw = openRawIcmp(family, block, listener);
  if (typeof raw !== 'number') return { kind: 'raw', door: raw };
  if (raw === -ERRNO.EAFNOSUPPORT) {
    const text = `IPv${family} is switched off on this host`;
    return { kind: 'none', code: 'no-family', text, remedy: null };
  }
  const ping = openPingIcmp(family, listener);
  if (typeof ping !== 'number') {
    return {
      kind: 'ping',
      door: ping,
      text: `raw ICMP sockets are refused (${errnoName(raw)}), so ICMP goes through unprivileged ping sockets`,
      remedy: `${setcap()}   # then start again`,
    };
  }
  if (raw !== -ERRNO.EPERM && raw !== -ERRNO.EACCES) {
    const text = `ICMP sockets cannot be opened: ${errnoText(raw)} (${errnoName(raw)})`;
    return { kind: 'none', code: 'other', text, remedy: null };
  }
  return {
    kind: 'none',
    code: 'no-privilege',
    text: `ICMP cannot be sent: this process has no CAP_NET_RAW, and its group is not in net.ipv4.ping_group_range`,
    remedy: `${setcap()}   # then start again; or, without privileges: ${PING_GROUPS}`,
  };
}
