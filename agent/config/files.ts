/** Reading the small files a configuration is made of: bounded, plain files only, and failures told as remedies. */
import { type BigIntStats, constants } from 'node:fs';
import { open, stat } from 'node:fs/promises';

export type FileText =
  | { readonly ok: true; readonly text: string; readonly mode: number; readonly identity: string }
  | {
      readonly ok: false;
      readonly code: 'missing' | 'denied' | 'unreadable' | 'too-large';
      readonly text: string;
      readonly fix: string;
    };

type FailureCode = Extract<FileText, { readonly ok: false }>['code'];

const FAILURES: Readonly<Record<string, readonly [code: FailureCode, text: string, fix: string]>> = {
  ENOENT: ['missing', 'there is no such file', 'create it, or correct the path'],
  ENOTDIR: ['missing', 'a part of this path is not a directory', 'correct the path'],
  EACCES: [
    'denied',
    'this may not be read by the user that runs this',
    'give that user the right to read it and to enter its directories',
  ],
  EPERM: ['denied', 'this may not be read by the user that runs this', 'give that user the right to read it'],
  ELOOP: ['unreadable', 'this is a symbolic link that leads in a circle', 'let the link point to a file'],
  ENAMETOOLONG: ['unreadable', 'this path is too long', 'correct the path'],
};

/** Major 1, minor 3 (Documentation/admin-guide/devices.txt): /dev/null, by which people name an empty file. */
const NULL_DEVICE = 0x103n;

/** Reads a file as UTF-8. Waits for nothing: a pipe or a device is refused, not opened for reading. */
export async function readText(path: string, largest: number): Promise<FileText> {
  try {
    // without O_NONBLOCK, opening a named pipe waits for a writer that may never come
    await using file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const facts = await file.stat({ bigint: true });
    const fix = 'name a plain file';
    if (facts.isDirectory()) return { ok: false, code: 'unreadable', text: 'this is a directory', fix };
    const nothing = facts.isCharacterDevice() && facts.rdev === NULL_DEVICE;
    if (!facts.isFile() && !nothing) return { ok: false, code: 'unreadable', text: 'this is not a plain file', fix };
    const buffer = Buffer.alloc(Math.min(Number(facts.size), largest) + 1);
    let length = 0;
    for (;;) {
      const { bytesRead } = await file.read(buffer, length, buffer.length - length, length);
      length += bytesRead;
      if (bytesRead === 0 || length === buffer.length) break;
    }
    if (length > largest) {
      return { ok: false, code: 'too-large', text: `this is larger than ${largest} bytes`, fix: 'name the right file' };
    }
    return decode(buffer.subarray(0, length), facts);
  } catch (error) {
    return failure(error);
  }
}

function decode(bytes: Buffer, facts: BigIntStats): FileText {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return { ok: true, text, mode: Number(facts.mode), identity: identityOf(facts) };
  } catch {
    return { ok: false, code: 'unreadable', text: 'this is not UTF-8 text', fix: 'save it as UTF-8' };
  }
}

/** Device, inode, size and times: another file, or the same one written to, has another identity. */
function identityOf({ dev, ino, size, mtimeNs, ctimeNs }: BigIntStats): string {
  return `${dev}:${ino}:${size}:${mtimeNs}:${ctimeNs}`;
}

/** Identity of a path that leads nowhere. */
export const NO_FILE = 'ENOENT';

/** The identity of what a path leads to, or the code of why it leads nowhere. */
export async function fileIdentity(path: string): Promise<string> {
  try {
    return identityOf(await stat(path, { bigint: true }));
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
  }
}

function failure(error: unknown): FileText {
  const known = FAILURES[error instanceof Error && 'code' in error ? String(error.code) : ''];
  if (known !== undefined) return { ok: false, code: known[0], text: known[1], fix: known[2] };
  const said = error instanceof Error ? error.message : String(error);
  return {
    ok: false,
    code: 'unreadable',
    text: `this cannot be read (${said})`,
    fix: 'check the file system it is on',
  };
}
