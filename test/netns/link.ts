/** The test's hold on a link emulator: makes it, changes it while packets run, reads its counts. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { type Addresses, awaitUp, configure, type Host, type Lab } from './lab.ts';
import type { EmulatorOptions, EmulatorStats } from './link-emulator.ts';
import { IDEAL_LINK, type LinkSettings } from './link-model.ts';

export interface LinkOptions {
  /** Settings of both directions. */
  readonly both?: Partial<LinkSettings>;
  /** Settings of one direction, over those of both. */
  readonly forth?: Partial<LinkSettings>;
  readonly back?: Partial<LinkSettings>;
  readonly seed?: number;
  readonly spinMs?: number;
  /** Who sends "too big" errors; default 192.0.2.1 and 2001:db8::1. */
  readonly router?: { readonly v4: string; readonly v6: string };
}

export interface EmulatedLink {
  /** Changes settings now and for packets to come; returns the counts so far. */
  set(change: { forth?: Partial<LinkSettings>; back?: Partial<LinkSettings> }): Promise<EmulatorStats>;
  /** Changes both directions alike. */
  setBoth(change: Partial<LinkSettings>): Promise<EmulatorStats>;
  stats(): Promise<EmulatorStats>;
  close(): void;
}

/**
 * Lays an emulated link from `a` to `b` (devices named `to-b` and `to-a`) with these addresses, and waits until
 * packets can cross. With `b` null the far end is the emulator itself, which answers every echo request that is
 * routed into `a`'s device `wan`.
 */
export async function emulatedLink(
  lab: Lab,
  a: Host,
  b: Host | null,
  addressesA: Addresses,
  addressesB: Addresses,
  options: LinkOptions = {},
): Promise<EmulatedLink> {
  const [deviceA, deviceB] = [b === null ? 'wan' : `to-${b.label}`, `to-${a.label}`];
  const settings: EmulatorOptions = {
    a: { namespace: a.namespace, device: deviceA },
    b: b === null ? null : { namespace: b.namespace, device: deviceB },
    forth: { ...IDEAL_LINK, ...options.both, ...options.forth },
    back: { ...IDEAL_LINK, ...options.both, ...options.back },
    seed: options.seed ?? 1,
    spinMs: options.spinMs ?? 0.15,
    router: options.router ?? { v4: '192.0.2.1', v6: '2001:db8::1' },
  };
  const script = fileURLToPath(new URL('./link-emulator.ts', import.meta.url));
  const child = spawn(process.execPath, ['--no-warnings', script, JSON.stringify(settings)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const close = (): void => {
    child.stdin.end();
    child.kill('SIGKILL');
  };
  lab.onClose(close);
  child.stdin.on('error', () => {});
  const exited = once(child, 'exit').then(([code, signal]): never => {
    throw new Error(`the link emulator ended: ${signal ?? `exit code ${code}`}`);
  });
  exited.catch(() => {});
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const answer = async (): Promise<string> => {
    const line = await lines.next();
    return line.done ? exited : line.value;
  };

  await answer();
  for (const [host, device, addresses] of [
    [a, deviceA, addressesA],
    [b, deviceB, addressesB],
  ] as const) {
    if (host === null) continue;
    configure(host, device, addresses);
    host.ip(`link set ${device} txqueuelen 10000`);
    awaitUp(host, device);
  }

  let turn: Promise<unknown> = Promise.resolve();
  const ask = (request: object): Promise<EmulatorStats> => {
    const mine = turn.then(async (): Promise<EmulatorStats> => {
      child.stdin.write(`${JSON.stringify(request)}\n`);
      return JSON.parse(await answer());
    });
    turn = mine.catch(() => {});
    return mine;
  };
  return {
    set: ask,
    setBoth: (change) => ask({ forth: change, back: change }),
    stats: () => ask({}),
    close,
  };
}
