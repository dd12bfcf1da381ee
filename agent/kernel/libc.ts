/**
 * The C library's system calls, as plain functions of integers.
 *
 * Only synchronous calls (an asynchronous one costs 23 µs, these 40 ns), only ints and addresses: no structs,
 * strings or callbacks, whose conversion is slow and where FFI crashes live. Structures are built in an
 * {@link Arena} and read back with a DataView.
 *
 * Every function returns what the kernel itself returns: zero or more for success, **−errno** for failure. The
 * errno is read in the same expression as the call, since a collection in between can overwrite it.
 */
import { Arena } from './arena.ts';
import type { ForeignFunctions } from './foreign-functions.ts';
import { KernelUnavailable } from './kernel-unavailable.ts';
import { foreign } from './koffi.ts';

/** A call on a file descriptor with addresses (numbers, see {@link Arena}); negative results are −errno. */
export interface Libc {
  socket(domain: number, type: number, protocol: number): number;
  bind(fd: number, address: number, length: number): number;
  connect(fd: number, address: number, length: number): number;
  getsockname(fd: number, address: number, lengthAddress: number): number;
  setsockopt(fd: number, level: number, option: number, value: number, length: number): number;
  getsockopt(fd: number, level: number, option: number, value: number, lengthAddress: number): number;
  send(fd: number, buffer: number, length: number, flags: number): number;
  sendto(fd: number, buffer: number, length: number, flags: number, address: number, addressLength: number): number;
  sendmsg(fd: number, message: number, flags: number): number;
  sendmmsg(fd: number, messages: number, count: number, flags: number): number;
  recv(fd: number, buffer: number, length: number, flags: number): number;
  recvmsg(fd: number, message: number, flags: number): number;
  /** The timeout is always absent: every socket here is non-blocking. */
  recvmmsg(fd: number, messages: number, count: number, flags: number): number;
  shutdown(fd: number, how: number): number;
  close(fd: number): number;
  /** With one integer or address as argument. */
  ioctl(fd: number, request: number, argument: number): number;
  /** A call without a wrapper in the C library, by its number on this machine; three arguments. */
  syscall(number: number, first: number, second: number, third: number): number;
  clock_gettime(clock: number, timespec: number): number;
  /** Moves the calling thread into a namespace; what is opened afterwards belongs to it. */
  setns(fd: number, kind: number): number;
  /** Index of a network interface, −ENODEV if there is none of that name. */
  if_nametoindex(name: string): number;
  /** Gives free heap pages back to the kernel; 0 where the C library cannot (musl). */
  malloc_trim(pad: number): number;
  /** What is to become of pages of ours. */
  madvise(address: number, length: number, advice: number): number;
}

/** <net/if.h>: the longest interface name with its NUL. */
const IF_NAMESIZE = 16;
const ENODEV = 19;

type Call = (...args: number[]) => number;

let bound: Libc | null = null;

/** The C library of this process. Throws {@link KernelUnavailable} where there is no way to it. */
export function libc(): Libc {
  if (bound !== null) return bound;
  const koffi = foreign();
  try {
    bound = bindAll(koffi);
  } catch (error) {
    throw new KernelUnavailable('libc', error);
  }
  return bound;
}

/** `intptr_t` stands for ssize_t, `uintptr_t` for size_t and every pointer. */
function bindAll(koffi: ForeignFunctions): Libc {
  const library = koffi.load(null);
  const bind = (result: string, name: string, ...args: string[]): Call => library.func(name, result, args);
  const [int, uint, size, ssize] = ['int', 'unsigned int', 'uintptr_t', 'intptr_t'];
  const pointer = 'uintptr_t';

  const socket = bind(int, 'socket', int, int, int);
  const bindAddress = bind(int, 'bind', int, pointer, uint);
  const connect = bind(int, 'connect', int, pointer, uint);
  const getsockname = bind(int, 'getsockname', int, pointer, pointer);
  const setsockopt = bind(int, 'setsockopt', int, int, int, pointer, uint);
  const getsockopt = bind(int, 'getsockopt', int, int, int, pointer, pointer);
  const send = bind(ssize, 'send', int, pointer, size, int);
  const sendto = bind(ssize, 'sendto', int, pointer, size, int, pointer, uint);
  const sendmsg = bind(ssize, 'sendmsg', int, pointer, int);
  const sendmmsg = bind(int, 'sendmmsg', int, pointer, uint, int);
  const recv = bind(ssize, 'recv', int, pointer, size, int);
  const recvmsg = bind(ssize, 'recvmsg', int, pointer, int);
  const recvmmsg = bind(int, 'recvmmsg', int, pointer, uint, int, pointer);
  const shutdown = bind(int, 'shutdown', int, int);
  const close = bind(int, 'close', int);
  const ioctl = bind(int, 'ioctl', int, 'unsigned long', pointer);
  const syscall = bind(ssize, 'syscall', ssize, ssize, pointer, size);
  const clockGettime = bind(int, 'clock_gettime', int, pointer);
  const setns = bind(int, 'setns', int, int);
  const ifNametoindex = bind(uint, 'if_nametoindex', pointer);
  const madvise = bind(int, 'madvise', pointer, size, int);
  const mallocTrim = bindOptional(() => bind(int, 'malloc_trim', size));

  const errno = koffi.errno;
  const checked = (result: number): number => (result < 0 ? -errno() : result);
  let name: Arena | null = null;

  return {
    socket: (domain, type, protocol) => checked(socket(domain, type, protocol)),
    bind: (fd, address, length) => checked(bindAddress(fd, address, length)),
    connect: (fd, address, length) => checked(connect(fd, address, length)),
    getsockname: (fd, address, length) => checked(getsockname(fd, address, length)),
    setsockopt: (fd, level, option, value, length) => checked(setsockopt(fd, level, option, value, length)),
    getsockopt: (fd, level, option, value, length) => checked(getsockopt(fd, level, option, value, length)),
    send: (fd, buffer, length, flags) => checked(send(fd, buffer, length, flags)),
    sendto: (fd, buffer, length, flags, to, toLength) => checked(sendto(fd, buffer, length, flags, to, toLength)),
    sendmsg: (fd, message, flags) => checked(sendmsg(fd, message, flags)),
    sendmmsg: (fd, messages, count, flags) => checked(sendmmsg(fd, messages, count, flags)),
    recv: (fd, buffer, length, flags) => checked(recv(fd, buffer, length, flags)),
    recvmsg: (fd, message, flags) => checked(recvmsg(fd, message, flags)),
    recvmmsg: (fd, messages, count, flags) => checked(recvmmsg(fd, messages, count, flags, 0)),
    shutdown: (fd, how) => checked(shutdown(fd, how)),
    close: (fd) => checked(close(fd)),
    ioctl: (fd, request, argument) => checked(ioctl(fd, request, argument)),
    syscall: (number, first, second, third) => checked(syscall(number, first, second, third)),
    clock_gettime: (clock, timespec) => checked(clockGettime(clock, timespec)),
    setns: (fd, kind) => checked(setns(fd, kind)),
    if_nametoindex: (text) => {
      if (Buffer.byteLength(text) >= IF_NAMESIZE) return -ENODEV;
      name ??= new Arena(IF_NAMESIZE);
      name.setCString(0, text);
      const index = ifNametoindex(name.base);
      return index === 0 ? -ENODEV : index;
    },
    madvise: (address, length, advice) => checked(madvise(address, length, advice)),
    malloc_trim: (pad) => (mallocTrim === null ? 0 : mallocTrim(pad)),
  };
}

/** musl has no malloc_trim. */
function bindOptional(bind: () => Call): Call | null {
  try {
    return bind();
  } catch {
    return null;
  }
}
