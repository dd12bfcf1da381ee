/** A whole agent, started as a user starts it, in this or in another network namespace. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { Snapshot } from '../../agent/verdict/snapshot.ts';
import type { Host } from '../netns/lab.ts';

export interface Start {
  /** Text of the configuration file; without it none is named. */
  readonly config?: string;
  readonly flags?: readonly string[];
  readonly environment?: NodeJS.ProcessEnv;
  /** Namespace to run in. */
  readonly host?: Host;
  /** Flags of the runtime. */
  readonly runtime?: readonly string[];
  /** Program and arguments put before, such as setpriv. */
  readonly before?: readonly string[];
}

const patience = 60_000;

export class RunningAgent {
  readonly folder: string;
  /** What it was started with. */
  readonly start: Start;
  readonly child: ChildProcess;
  readonly #host: Host | undefined;
  output = '';
  errors = '';
  url = '';

  constructor(start: Start) {
    this.start = start;
    this.#host = start.host;
    this.folder = mkdtempSync(join(tmpdir(), 'vpc-canary-test-'));
    const listening = start.flags?.includes('--listen') ? [] : ['--listen', '127.0.0.1:0'];
    const stateful = start.flags?.includes('--state-dir') ? [] : ['--state-dir', this.folder];
    const named = start.config === undefined ? [] : ['--config', this.configFile];
    if (start.config !== undefined) this.configure(start.config);
    const command = [
      ...(start.before ?? []),
      process.execPath,
      '--no-warnings',
      ...(start.runtime ?? []),
      'agent/main.ts',
      'run',
      ...named,
      ...listening,
      ...stateful,
      ...(start.flags ?? []),
    ];
    const environment = { ...process.env, NOTIFY_SOCKET: undefined, ...start.environment };
    this.child = this.#host
      ? this.#host.spawn(command, environment)
      : spawn(command[0] ?? '', command.slice(1), { env: environment });
    this.child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.output += text;
      this.url ||= /The page is at (http\S+)\//.exec(this.output)?.[1] ?? '';
    });
    this.child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.errors += text;
    });
  }

  get configFile(): string {
    return join(this.folder, 'config.yaml');
  }

  configure(text: string): void {
    writeFileSync(this.configFile, text);
  }

  /** Waits until something holds, with the agent's words in the message when it does not. */
  async until<T>(
    what: string,
    look: () => Promise<T | null | undefined | false> | T | null | undefined | false,
  ): Promise<T> {
    for (const end = Date.now() + patience; Date.now() < end; ) {
      const seen = await look();
      if (seen !== null && seen !== undefined && seen !== false) return seen;
      if (this.child.exitCode !== null) break;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error(`not seen: ${what}\n${this.output}${this.errors}`);
  }

  async ready(): Promise<void> {
    await this.until('the page', () => this.url !== '');
  }

  /** A GET, from inside the namespace of the agent. */
  async get(path: string): Promise<{ status: number; body: string }> {
    await this.ready();
    if (this.#host) {
      const printed = this.#host.run(['curl', '-s', '-m', '5', '-w', '\n%{http_code}', this.url + path]);
      const cut = printed.lastIndexOf('\n');
      return { status: Number(printed.slice(cut + 1)), body: printed.slice(0, cut) };
    }
    return new Promise((resolve, reject) => {
      const asked = request(this.url + path, { agent: false }, (response) => {
        let body = '';
        response.setEncoding('utf8').on('data', (text: string) => {
          body += text;
        });
        response.on('end', () => resolve({ status: response.statusCode ?? 0, body }));
      });
      asked.on('error', reject).end();
    });
  }

  async snapshot(): Promise<Snapshot> {
    return JSON.parse((await this.get('/api/v1/state')).body) as Snapshot;
  }

  /** Waits for a snapshot of which something holds. */
  async snapshotWith(what: string, holds: (snapshot: Snapshot) => boolean): Promise<Snapshot> {
    return this.until(what, async () => {
      const { status, body } = await this.get('/api/v1/state');
      const snapshot = status === 200 ? (JSON.parse(body) as Snapshot) : null;
      return snapshot !== null && holds(snapshot) ? snapshot : null;
    });
  }

  /** The exit code. */
  async exit(): Promise<number | null> {
    if (this.child.exitCode === null && this.child.signalCode === null) await once(this.child, 'exit');
    return this.child.exitCode;
  }

  /** The agent itself, which in a namespace is the child's child no more: ip replaces itself. */
  kill(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }
}

export function startAgent(t: TestContext, start: Start = {}): RunningAgent {
  const agent = new RunningAgent(start);
  t.after(async () => {
    agent.kill('SIGKILL');
    await agent.exit();
    rmSync(agent.folder, { recursive: true, force: true });
  });
  return agent;
}
