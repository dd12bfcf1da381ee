/** The kernel cannot be reached through FFI on this host; what needs it is off, the rest goes on. */
export class KernelUnavailable extends Error {
  override readonly name = 'KernelUnavailable';
  readonly code: 'koffi' | 'libc';

  /** `koffi`: the addon does not load; `libc`: a function we need is not in the C library. */
  constructor(code: 'koffi' | 'libc', cause: unknown) {
    const reason = firstLine(cause);
    const text = {
      koffi: `the native addon koffi does not load: ${reason}`,
      libc: `the C library lacks what is needed (${reason}); glibc 2.28 or newer is supported`,
    };
    super(text[code], { cause });
    this.code = code;
  }
}

/** What an error says, without the stack that loaders add to it. */
export function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? '';
}
