/**
 * Configuration from Parameter Store in the running agent: read when the instance is known and every five minutes
 * after, checked as a whole before anything of it is used, saved, then handed to the keeper of the configuration.
 * What does not hold leaves the last good parameters in force, and says which parameter it is and why.
 */

import type { AwsFailure } from '../../aws/errors.ts';
import { ParameterStore } from '../../aws/parameters.ts';
import type { Config } from '../../config/config.ts';
import type { ConfigRequest, Layer } from '../../config/gather.ts';
import { loadConfig } from '../../config/load.ts';
import { parameterLayers } from '../../config/parameter-layers.ts';
import { formatProblem } from '../../config/problem.ts';
import type { ConfigKeeper } from '../../config/reload.ts';
import type { HostIdentity } from './identity.ts';
import type { Logger } from './log.ts';
import type { Condition } from './notices.ts';
import { saveLayers } from './saved-parameters.ts';

const EVERY_MS = 300_000;
/** Reads are spread over a fifth of the time around it, so that a fleet does not ask together. */
const JITTER = 0.2;
/** While it cannot be read. */
const RETRY_MS = 60_000;
const LONGEST_READ_MS = 60_000;

interface Source {
  readonly store: ParameterStore;
  readonly bases: readonly string[];
}

export class Parameters {
  readonly #keeper: ConfigKeeper;
  readonly #request: ConfigRequest;
  readonly #identity: Pick<HostIdentity, 'identity' | 'imds' | 'settled'>;
  readonly #log: Pick<Logger, 'info' | 'warn' | 'error'>;
  #layers: readonly Layer[];
  #source: Source | null = null;
  #made = '';
  #timer: NodeJS.Timeout | null = null;
  #failure: AwsFailure | null = null;
  #problems: readonly string[] = [];
  #saveError: string | null = null;
  #closed = false;

  readonly #everyMs: number;

  /** @param request what the configuration in force was loaded with, saved parameters included */
  constructor(
    keeper: ConfigKeeper,
    request: ConfigRequest,
    identity: Pick<HostIdentity, 'identity' | 'imds' | 'settled'>,
    log: Pick<Logger, 'info' | 'warn' | 'error'>,
    everyMs = EVERY_MS,
  ) {
    this.#everyMs = everyMs;
    this.#keeper = keeper;
    this.#request = request;
    this.#layers = request.layers ?? [];
    this.#identity = identity;
    this.#log = log;
  }

  /** Takes the configuration in force and what is known of the instance by now. */
  apply({ parameters, publish, aws }: Config): void {
    const { identity, imds, settled } = this.#identity;
    const region = parameters.region ?? identity?.region ?? publish.cloudwatch.region;
    const vpc = identity?.vpcId ?? publish.cloudwatch.vpc;
    const wanted = parameters.enabled === 'on' || (parameters.enabled === 'auto' && imds !== null);
    const made = settled && wanted && region !== null ? JSON.stringify([region, vpc, parameters, aws]) : '';
    if (made === this.#made || this.#closed) return;
    this.#made = made;
    this.#stop();
    if (made === '' || region === null) return;
    const bases = ['default', ...(vpc === null ? [] : [vpc])].map((name) => `${parameters.path}/${name}`);
    const { endpoint } = parameters;
    const source = { store: new ParameterStore({ region, endpoint, ...aws, environment: process.env, imds }), bases };
    this.#source = source;
    void this.#read(source);
  }

  conditions(): Condition[] {
    const conditions: Condition[] = [];
    if (this.#problems.length > 0) {
      conditions.push({
        code: 'parameters-refused',
        severity: 'error',
        text: `Parameters were refused, the last good ones stay in force: ${this.#problems[0]}`,
        remedy: 'mend the parameter; it is read again within five minutes',
      });
    }
    if (this.#failure !== null) {
      const kept = this.#layers.length > 0 ? 'what was read last stays in force' : 'the configuration is without them';
      conditions.push({
        code: 'parameters-unread',
        severity: 'warning',
        text: `Parameter Store cannot be read, ${kept}: ${this.#failure.text}.`,
        remedy: `${this.#failure.remedy}; without parameters set parameters.enabled: off`,
      });
    }
    if (this.#saveError !== null) {
      conditions.push({
        code: 'parameters-unsaved',
        severity: 'warning',
        text: `Parameters cannot be kept for the next start: ${this.#saveError}.`,
        remedy: "make state.directory writable for the agent's user",
      });
    }
    return conditions;
  }

  close(): void {
    this.#closed = true;
    this.#stop();
  }

  #stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#source?.store.close();
    this.#source = null;
    this.#failure = null;
  }

  async #read(source: Source): Promise<void> {
    const result = await source.store.read(source.bases, AbortSignal.timeout(LONGEST_READ_MS));
    if (this.#source !== source) return;
    const before = this.#failure?.code ?? null;
    this.#failure = result.ok ? null : result.failure;
    if (result.ok) await this.#take(parameterLayers(source.bases, result.parameters));
    else if (result.failure.code !== before) this.#log.warn(`Parameter Store cannot be read: ${result.failure.text}`);
    if (this.#source !== source) return;
    const wait = (result.ok ? this.#everyMs : Math.min(RETRY_MS, this.#everyMs)) * (1 + JITTER * (Math.random() - 0.5));
    this.#timer = setTimeout(() => void this.#read(source), wait);
  }

  async #take({ layers, problems }: ReturnType<typeof parameterLayers>): Promise<void> {
    const found = problems.length > 0 ? problems : await this.#problemsOf(layers);
    const [first] = found;
    if (first !== undefined && first !== this.#problems[0]) this.#log.error({ problems: found }, 'parameters refused');
    this.#problems = found;
    if (first !== undefined || JSON.stringify(layers) === JSON.stringify(this.#layers)) return;
    this.#layers = layers;
    const { directory } = this.#keeper.current.config.state;
    this.#saveError = await saveLayers(directory, layers).then(
      () => null,
      (error: unknown) => (error instanceof Error ? error.message : String(error)),
    );
    this.#log.info({ parameters: layers.map(({ name }) => name) }, 'parameters taken');
    await this.#keeper.setLayers(layers);
  }

  /** What is wrong with them beside the other sources of today; a fault of the file alone is the keeper's to tell. */
  async #problemsOf(layers: readonly Layer[]): Promise<readonly string[]> {
    const names = new Set(layers.map(({ name }) => name));
    const loaded = await loadConfig({ ...this.#request, layers });
    if (loaded.ok) return [];
    const own = loaded.problems.filter(({ origin }) => names.has(origin.source));
    if (own.length > 0) return own.map(formatProblem);
    const without = await loadConfig({ ...this.#request, layers: this.#layers });
    return without.ok ? loaded.problems.map(formatProblem) : [];
  }
}
