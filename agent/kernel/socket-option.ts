/** setsockopt(2) and getsockopt(2) for options that are integers. Results are the kernel's, −errno on failure. */
import { Arena } from './arena.ts';
import { libc } from './libc.ts';

const ROOM = 64;
let scratch: Arena | null = null;

export function setOption(fd: number, level: number, option: number, value: number): number {
  scratch ??= new Arena(ROOM + 8);
  scratch.view.setInt32(0, value, true);
  return libc().setsockopt(fd, level, option, scratch.base, 4);
}

/**
 * Reads an option of up to 16 words. The view is only good until the next call; null when the kernel refuses or
 * gives fewer than `words`.
 */
export function getOption(fd: number, level: number, option: number, words: number): DataView | null {
  scratch ??= new Arena(ROOM + 8);
  scratch.view.setUint32(ROOM, words * 4, true);
  const result = libc().getsockopt(fd, level, option, scratch.base, scratch.base + ROOM);
  return result < 0 || scratch.view.getUint32(ROOM, true) < words * 4 ? null : scratch.view;
}
