/** Commands on a terminal of their own, as wide and high as a serial console says it is: 0 by 0. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import type { TestContext } from 'node:test';

export const terminalSkip = spawnSync('python3', ['--version']).status === 0 ? false : 'needs python3 for a terminal';

/** Put before a command line, gives it a terminal; what comes on standard input is typed. */
export const ON_A_TERMINAL = ['python3', '-c', 'import pty, sys; sys.exit(pty.spawn(sys.argv[1:]) >> 8)'];

export interface Typed {
  readonly child: ChildProcess;
  /** Everything on the screen so far, with its control sequences. */
  screen(): string;
  /** Waits until this was written, then types. */
  type(after: RegExp, keys: string): Promise<void>;
  exit(): Promise<number | null>;
}

/** Runs this project's command. */
export function onTerminal(t: TestContext, ...words: string[]): Typed {
  const [program = '', ...before] = ON_A_TERMINAL;
  const child = spawn(program, [...before, process.execPath, '--no-warnings', 'agent/main.ts', ...words]);
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  t.after(async () => {
    // a command that hears of neither is ended with its terminal
    child.stdin.write('\x03');
    child.kill('SIGTERM');
    await ended;
  });
  let screen = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    screen += text;
  });
  return {
    child,
    screen: () => screen,
    async type(after, keys) {
      const deadline = performance.now() + 30_000;
      while (!after.test(screen)) {
        if (performance.now() > deadline || child.exitCode !== null) throw new Error(`not seen: ${after}\n${screen}`);
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      screen = '';
      child.stdin.write(keys);
    },
    exit: () => ended,
  };
}
