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
  ATTACH_FILTER: 26,
  SNDBUFFORCE: 32,
  RCVBUFFORCE: 33,
  TIMESTAMPING: 37,
  /** u32[9]: receive queue in bytes at 0, its limit at 1, packets dropped for want of room at 8. */
  MEMINFO: 55,
  /** Control message of a send: the number its time stamp comes back with (6.13). */
  TS_OPT_ID: 81,
} as const;

/** include/uapi/linux/net_tstamp.h: values of SO_TIMESTAMPING. */
export const TIMESTAMP = {
  TX_SOFTWARE: 1 << 1,
  RX_SOFTWARE: 1 << 3,
  SOFTWARE: 1 << 4,
  OPT_ID: 1 << 7,
  OPT_CMSG: 1 << 10,
  OPT_TSONLY: 1 << 11,
} as const;

/** include/uapi/linux/in.h, options and control messages of SOL.IP */
export const IP = { TOS: 1, TTL: 2, PKTINFO: 8, MTU_DISCOVER: 10, RECVERR: 11, RECVTTL: 12 } as const;

/** include/uapi/linux/in6.h, options and control messages of SOL.IPV6 */
export const IPV6 = {
  UNICAST_HOPS: 16,
  MTU_DISCOVER: 23,
  RECVERR: 25,
  PKTINFO: 50,
  RECVHOPLIMIT: 51,
  HOPLIMIT: 52,
  TCLASS: 67,
} as const;

/** Values of IP.MTU_DISCOVER and IPV6.MTU_DISCOVER: fragment, or don't and ask the network, not our own cache. */
export const PMTUDISC = { DONT: 0, PROBE: 3 } as const;

/** include/uapi/linux/errqueue.h: where an extended error comes from. */
export const ERROR_ORIGIN = { ICMP: 2, ICMPV6: 3, TIMESTAMPING: 4 } as const;
