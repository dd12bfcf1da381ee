/**
 * Whether this kernel lets a packet carry the number its time stamp comes back with (SCM_TS_OPT_ID, 6.13, also in
 * kernels it was ported back to). Asked by sending a datagram that cannot be sent: to the broadcast address without
 * SO_BROADCAST. A kernel that does not know the control message says EINVAL before it looks at the address.
 */
import { Arena } from './arena.ts';
import { controlSpace, putControl } from './control-message.ts';
import { ERRNO } from './errno.ts';
import { libc } from './libc.ts';
import { setOption } from './socket-option.ts';
import { AF, MSG, SO, SOCK, SOL, TIMESTAMP } from './sockets.ts';

/** struct msghdr: name @0, namelen @8, iov @16, iovlen @24, control @32, controllen @40. */
const MSGHDR = 56;

let known: boolean | null = null;

export function stampsCarryNumbers(): boolean {
  known ??= ask();
  return known;
}

function ask(): boolean {
  const fd = libc().socket(AF.INET, SOCK.DGRAM | SOCK.NONBLOCK | SOCK.CLOEXEC, 0);
  if (fd < 0) return false;
  setOption(fd, SOL.SOCKET, SO.TIMESTAMPING, TIMESTAMP.TX_SOFTWARE | TIMESTAMP.SOFTWARE | TIMESTAMP.OPT_ID);
  const arena = new Arena(MSGHDR + 16 + controlSpace(4));
  const [name, control] = [MSGHDR, MSGHDR + 16];
  arena.setPointer(0, arena.base + name);
  arena.view.setUint32(8, 16, true);
  arena.setPointer(32, arena.base + control);
  arena.view.setUint32(40, controlSpace(4), true);
  arena.view.setUint16(name, AF.INET, true);
  arena.view.setUint16(name + 2, 9);
  arena.view.setUint32(name + 4, 0xffff_ffff);
  putControl(arena.view, control, SOL.SOCKET, SO.TS_OPT_ID, 4);
  const result = libc().sendmsg(fd, arena.base, MSG.DONTWAIT);
  libc().close(fd);
  return result !== -ERRNO.EINVAL;
}
