/** A scene on the real web server: moved to today, ticking once a second as the agent does. */
import type { TestContext } from 'node:test';
import type { Snapshot } from '../../agent/verdict/snapshot.ts';
import type { WebServer } from '../../agent/web/options.ts';
import { startWeb } from '../../agent/web/server.ts';
import type { Scene } from '../fakes/console-parts.ts';
import { shifted, shiftedHistory } from '../fakes/shift.ts';
import { LOOPBACK } from '../web/client.ts';

export interface Stage {
  readonly url: string;
  readonly port: number;
  /** What the agent would say from now on; `change` is applied to every coming snapshot. */
  play(change: (snapshot: Snapshot) => Snapshot): void;
  latest(): Snapshot;
  /** The agent dies: server and streams are gone. */
  kill(): Promise<void>;
  /** It comes back on the same port, as a new process does. */
  start(): Promise<void>;
}

export async function stage(t: TestContext, scene: Scene): Promise<Stage> {
  const moved = Date.now() - scene.snapshot.at;
  const sources = { ...scene.sources, history: shiftedHistory(scene.sources.history, moved) };
  const first = shifted(scene.snapshot, moved);
  let change = (snapshot: Snapshot): Snapshot => snapshot;
  let sequence = first.sequence;
  const next = (): Snapshot => change({ ...first, at: Date.now(), sequence: (sequence += 1) });
  scene.next(next());
  let timer: NodeJS.Timeout | null = null;
  let server: WebServer | null = null;
  let port = 0;

  const start = async (): Promise<void> => {
    server = await startWeb({ ...LOOPBACK, port }, sources, { limits: { closeMs: 20 } });
    port = server.port;
    scene.next(next());
    timer = setInterval(() => scene.next(next()), 1000);
  };
  const kill = async (): Promise<void> => {
    if (timer !== null) clearInterval(timer);
    timer = null;
    const closing = server;
    server = null;
    await closing?.close();
  };
  await start();
  t.after(kill);
  return {
    get url() {
      return `http://127.0.0.1:${port}`;
    },
    get port() {
      return port;
    },
    play(to) {
      change = to;
      scene.next(next());
    },
    latest: next,
    kill,
    start,
  };
}
