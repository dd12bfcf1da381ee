/** The AWS command line: every command is printed before it runs, so that a run is also its own record. */
import { spawnSync } from 'node:child_process';

export interface AwsCli {
  /** Runs a command that changes something. @returns its JSON output, null when nothing was run */
  change(args: readonly string[]): Record<string, unknown> | null;
  /** Asks. @returns the JSON output; the name of the error, when it is one of `expected`; null when nothing was run */
  ask(args: readonly string[], ...expected: readonly string[]): Record<string, unknown> | string | null;
  /** A line that is no command. */
  note(text: string): void;
  readonly dryRun: boolean;
}

/** As a shell would need it. */
const quoted = (word: string): string => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`);

export const commandLine = (args: readonly string[]): string => ['aws', ...args].map(quoted).join(' ');

/** @param write takes whole lines */
export function awsCli(dryRun: boolean, write: (line: string) => void): AwsCli {
  const run = (args: readonly string[]): { status: number; stdout: string; stderr: string } => {
    const { status, stdout, stderr, error } = spawnSync('aws', args, {
      encoding: 'utf8',
      env: { ...process.env, AWS_PAGER: '' },
    });
    if (error !== undefined)
      throw new Error(`the AWS command line (aws) cannot be run: ${error.message}. Install it first.`);
    return { status: status ?? 1, stdout, stderr };
  };
  const parsed = (stdout: string): Record<string, unknown> =>
    stdout.trim().startsWith('{') ? (JSON.parse(stdout) as Record<string, unknown>) : {};
  const failed = (args: readonly string[], stderr: string): Error =>
    new Error(`${commandLine(args)}\n${stderr.trim()}`);
  return {
    dryRun,
    note: (text) => write(`# ${text}`),
    change(args) {
      write(commandLine(args));
      if (dryRun) return null;
      const { status, stdout, stderr } = run(args);
      if (status !== 0) throw failed(args, stderr);
      return parsed(stdout);
    },
    ask(args, ...expected) {
      write(commandLine(args));
      if (dryRun) return null;
      const { status, stdout, stderr } = run(args);
      if (status === 0) return parsed(stdout);
      const code = /\((\w+)\)/.exec(stderr)?.[1] ?? '';
      if (expected.includes(code)) return code;
      throw failed(args, stderr);
    },
  };
}
