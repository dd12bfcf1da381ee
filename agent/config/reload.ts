/**
 * Keeps the configuration in force, and takes a new one only if all of it is good.
 *
 * A reload is asked for by a signal (SIGHUP), by the file having changed, or by a layer from elsewhere having
 * changed. A bad one changes nothing but the status, which page, health, metrics and log show until it is mended.
 * A file that was read once must stay: losing it by accident must not silently end the probing of all targets.
 */
import { NO_FILE } from './files.ts';
import type { ConfigRequest, Layer } from './gather.ts';
import { type LoadedConfig, loadConfig } from './load.ts';
import { formatProblem, type Problem } from './problem.ts';
import { type WatchTimes, watchFile } from './watch.ts';

/** How it stands with the configuration, as the snapshot shows it. */
export interface ConfigStatus {
  /** The last reload was good, or there was none. */
  readonly ok: boolean;
  /** Problems of a refused reload, one line each, at most 50. */
  readonly problems: readonly string[];
  /** Wall time of the configuration in force, ms. */
  readonly loadedAt: number;
  /** Reloads that were taken. */
  readonly reloads: number;
  /** Reloads that were refused. */
  readonly refusals: number;
  readonly sources: readonly string[];
}

export type ReloadReason = 'signal' | 'file' | 'layers';

export type ReloadOutcome =
  | {
      readonly kind: 'taken';
      readonly reason: ReloadReason;
      readonly loaded: LoadedConfig;
      readonly status: ConfigStatus;
    }
  | {
      readonly kind: 'refused';
      readonly reason: ReloadReason;
      readonly problems: readonly Problem[];
      readonly status: ConfigStatus;
    };

export interface KeeperDependencies {
  /** Wall time, ms. */
  now(): number;
  /** Calls the listener at every request to reload (SIGHUP); returns the way to stop. */
  onSignal(listener: () => void): () => void;
  /** Told after every reload. Called one at a time. */
  onReload(outcome: ReloadOutcome): void;
  readonly watchTimes?: WatchTimes;
}

export interface ConfigKeeper {
  /** The configuration in force. */
  readonly current: LoadedConfig;
  readonly status: ConfigStatus;
  /** Reads all sources again. Ends when the outcome has been told. */
  reload(reason: ReloadReason): Promise<void>;
  /** Puts other layers in place of those of the request (Parameter Store has changed), and reloads. */
  setLayers(layers: readonly Layer[]): Promise<void>;
  close(): void;
}

const MOST_LINES = 50;

function linesOf(problems: readonly Problem[]): string[] {
  const lines = problems.slice(0, MOST_LINES).map(formatProblem);
  if (problems.length <= MOST_LINES) return lines;
  return [...lines.slice(0, -1), `and ${problems.length - MOST_LINES + 1} more; vpc-canary config check lists them`];
}

class Keeper implements ConfigKeeper {
  current: LoadedConfig;
  status: ConfigStatus;
  #request: ConfigRequest;
  readonly #dependencies: KeeperDependencies;
  readonly #stops: (() => void)[];
  /** The reload under way, and the one asked for meanwhile. */
  #running: Promise<void> | null = null;
  #next: Promise<void> | null = null;
  #closed = false;

  constructor(initial: LoadedConfig, request: ConfigRequest, dependencies: KeeperDependencies) {
    this.current = initial;
    this.#request = request;
    this.#dependencies = dependencies;
    this.status = {
      ok: true,
      problems: [],
      loadedAt: dependencies.now(),
      reloads: 0,
      refusals: 0,
      sources: initial.sources,
    };
    const reload = (reason: ReloadReason) => () => void this.reload(reason);
    const watch = watchFile(initial.file, initial.fileIdentity ?? NO_FILE, reload('file'), dependencies.watchTimes);
    this.#stops = [dependencies.onSignal(reload('signal')), () => watch.close()];
  }

  /** One at a time; however many ask during one, one more follows. */
  reload(reason: ReloadReason): Promise<void> {
    if (this.#closed) return Promise.resolve();
    if (this.#running === null) {
      this.#running = this.#load(reason).finally(() => {
        this.#running = null;
      });
      return this.#running;
    }
    this.#next ??= this.#running.then(() => {
      this.#next = null;
      return this.reload(reason);
    });
    return this.#next;
  }

  setLayers(layers: readonly Layer[]): Promise<void> {
    this.#request = { ...this.#request, layers };
    return this.reload('layers');
  }

  close(): void {
    this.#closed = true;
    for (const stop of this.#stops) stop();
  }

  async #load(reason: ReloadReason): Promise<void> {
    const mustStay = this.current.fileIdentity !== null ? { file: this.current.file } : {};
    const loaded = await loadConfig({ ...this.#request, ...mustStay });
    if (this.#closed) return;
    const { status } = this;
    if (!loaded.ok) {
      this.status = { ...status, ok: false, problems: linesOf(loaded.problems), refusals: status.refusals + 1 };
      this.#dependencies.onReload({ kind: 'refused', reason, problems: loaded.problems, status: this.status });
      return;
    }
    this.current = loaded;
    this.status = {
      ...status,
      ok: true,
      problems: [],
      loadedAt: this.#dependencies.now(),
      reloads: status.reloads + 1,
      sources: loaded.sources,
    };
    this.#dependencies.onReload({ kind: 'taken', reason, loaded, status: this.status });
  }
}

/** @param request the request that `initial` was loaded with */
export function keepConfig(
  initial: LoadedConfig,
  request: ConfigRequest,
  dependencies: KeeperDependencies,
): ConfigKeeper {
  return new Keeper(initial, request, dependencies);
}
