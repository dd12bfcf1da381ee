/**
 * Network namespaces from inside: setns(2) moves the calling thread, and Node's JavaScript, its synchronous file
 * calls and koffi's synchronous calls all run on the main thread. So a test can step into a host of its lab, let
 * the code under test open sockets there, and step out; the sockets stay where they were opened.
 */
import { closeSync, openSync } from 'node:fs';
import koffi from 'koffi';

const CLONE_NEWNET = 0x40000000;
const libc = koffi.load(null);
const setns = libc.func('int setns(int fd, int nstype)') as (fd: number, type: number) => number;

function move(path: string): void {
  const fd = openSync(path, 'r');
  try {
    if (setns(fd, CLONE_NEWNET) !== 0) throw new Error(`setns ${path}: errno ${koffi.errno()}`);
  } finally {
    closeSync(fd);
  }
}

/** File of a namespace made by `ip netns add`. */
export const namespacePath = (name: string): string => `/run/netns/${name}`;

/**
 * Moves this thread into the namespace until the returned handle is disposed of (`using inside = enter(name)`).
 * What libuv's worker threads do (asynchronous DNS, fs) is not moved.
 */
export function enter(name: string): Disposable {
  const home = openSync('/proc/thread-self/ns/net', 'r');
  move(namespacePath(name));
  return {
    [Symbol.dispose]() {
      if (setns(home, CLONE_NEWNET) !== 0) throw new Error(`setns back: errno ${koffi.errno()}`);
      closeSync(home);
    },
  };
}
