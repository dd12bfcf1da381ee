/**
 * Socket constants, by kernel header. The same on x86-64 and arm64, the two architectures that ship; checked
 * with static asserts compiled for both.
 */

/** include/linux/socket.h */
export const AF = { UNIX: 1, INET: 2, INET6: 10, NETLINK: 16 } as const;

/** include/linux/net.h */
export const SOCK = { STREAM: 1, DGRAM: 2, RAW: 3, NONBLOCK: 0x800, CLOEXEC: 0x8_0000 } as const;

/** Levels of socket options and control messages. */
export const SOL = { IP: 0, SOCKET: 1, TCP: 6, IPV6: 41, ICMPV6: 58, NETLINK: 270 } as const;

/** include/uapi/linux/in.h */
export const IPPROTO = { ICMP: 1, TCP: 6, UDP: 17, ICMPV6: 58 } as const;

/** include/linux/socket.h */
export const MSG = { TRUNC: 0x20, DONTWAIT: 0x40, ERRQUEUE: 0x2000, NOSIGNAL: 0x4000 } as const;

/** include/uapi/asm-generic/socket.h; control messages of SOL_SOCKET carry the same numbers. */
export const SO = {
  SNDBUF: 7,
  RCVBUF: 8,
  BINDTODEVICE: 25,
  ATTACH_FILTER: 26,
  RCVBUFFORCE: 33,
  TIMESTAMPNS: 35,
  MARK: 36,
  TIMESTAMPING: 37,
  RXQ_OVFL: 40,
  MEMINFO: 55,
  SCM_TS_OPT_ID: 81,
} as const;
