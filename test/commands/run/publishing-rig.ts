/**
 * Publishing as the agent joins it: the real identity, spool, sender and SDK against metadata and CloudWatch on
 * loopback, periods of a second. Only the probing is made up: every look at it adds one round trip, numbered, so that
 * what arrives tells whether anything was lost or came twice.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { AwsClock } from '../../../agent/commands/run/aws-clock.ts';
import { HostIdentity } from '../../../agent/commands/run/identity.ts';
import { Publishing } from '../../../agent/commands/run/publishing.ts';
import type { Config } from '../../../agent/config/config.ts';
import { loadConfig } from '../../../agent/config/load.ts';
import type { TargetPeriod } from '../../../agent/verdict/observer.ts';
import { ENVIRONMENT, FakeCloudWatch, type FakeCloudWatchOptions } from '../../fakes/aws/cloudwatch.ts';
import { FakeMetadata } from '../../fakes/aws/metadata.ts';
import type { WireDatum } from '../../fakes/aws/metric-rules.ts';
import { statistics } from '../../fakes/small-snapshot.ts';

const EVERY_MS = 50;
const PATIENCE_MS = 20_000;

export interface RigOptions {
  readonly server?: FakeCloudWatchOptions;
  /** The instance's role gives credentials; else the environment does. */
  readonly role?: boolean;
  /** Off EC2: no metadata is asked. */
  readonly offEc2?: boolean;
  readonly wall?: () => number;
}

export class Rig {
  readonly metadata = new FakeMetadata();
  readonly server: FakeCloudWatch;
  readonly folder: string;
  readonly log: string[] = [];
  readonly clock: AwsClock;
  identity!: HostIdentity;
  publishing!: Publishing;
  endpoint = '';
  /** Round trips made up so far, and those not yet taken. */
  made = 0;
  #taken = 0;
  #config: Config | null = null;
  #timer: NodeJS.Timeout | null = null;
  readonly #options: RigOptions;

  private constructor(options: RigOptions) {
    this.#options = options;
    this.server = new FakeCloudWatch(options.server);
    this.clock = new AwsClock(options.wall);
    this.folder = mkdtempSync(join(tmpdir(), 'vpc-canary-publishing-'));
  }

  static async make(t: TestContext, options: RigOptions = {}): Promise<Rig> {
    const rig = new Rig(options);
    await rig.#start();
    t.after(() => rig.#stop());
    return rig;
  }

  async #start(): Promise<void> {
    const { role = false, offEc2 = false } = this.#options;
    this.endpoint = await this.server.listen();
    const metadata = await this.metadata.listen();
    for (const name of Object.keys(ENVIRONMENT)) delete process.env[name];
    if (!role) Object.assign(process.env, ENVIRONMENT);
    const environment = offEc2 ? {} : { AWS_EC2_METADATA_SERVICE_ENDPOINT: metadata };
    this.identity = new HostIdentity(
      environment,
      () => {
        if (this.#config !== null) void this.publishing.apply(this.#config);
      },
      this.#logger(),
    );
    this.#live();
    this.#timer = setInterval(() => this.#look(), EVERY_MS);
  }

  #logger() {
    const say =
      (level: string) =>
      (...words: unknown[]): void => {
        this.log.push(
          `${level} ${words.map((word) => (typeof word === 'string' ? word : JSON.stringify(word))).join(' ')}`,
        );
      };
    return { info: say('info'), warn: say('warn'), error: say('error'), debug: say('debug') };
  }

  #live(): void {
    this.publishing = new Publishing({ takePeriod: () => this.#take() }, this.identity, this.#logger(), this.clock);
  }

  async #stop(): Promise<void> {
    if (this.#timer !== null) clearInterval(this.#timer);
    await this.publishing.close(0, this.#agent());
    this.identity.close();
    await this.server.close();
    await this.metadata.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  #look(): void {
    this.made += 1;
    this.publishing.tick(0, this.#agent());
  }

  #agent() {
    const usage = { rssBytes: 7e7, anonymousBytes: null, cpu: 0.01, loopDelayMs: null };
    return { usage, overload: { receiveOverflows: 0, lateSends: 0, noBuffers: 0, now: false }, flows: null, vpc: null };
  }

  #take(): TargetPeriod[] {
    const numbers = Array.from({ length: this.made - this.#taken }, (_, i) => this.#taken + i + 1);
    this.#taken = this.made;
    const rtts = numbers.map((number) => [number, 1] as const);
    const sample = statistics({ sent: numbers.length, received: numbers.length });
    return [{ target: 'core', site: 'syd', state: 'up', downMs: 0, statistics: sample, rtts }];
  }

  /** Takes a configuration: lines of `publish.cloudwatch`, and others. */
  async configure(cloudwatch: string, other = ''): Promise<void> {
    const file = join(this.folder, 'config.yaml');
    const state = other.includes('state:') ? '' : `state: { directory: ${this.folder}/state }\n`;
    const publish = `publish: { cloudwatch: { endpoint: "${this.endpoint}", period: 1s, ${cloudwatch} } }\n`;
    writeFileSync(file, state + publish + other);
    const loaded = await loadConfig({ file, environment: {} });
    if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
    this.#config = loaded.config;
    await this.publishing.apply(loaded.config);
  }

  /** Nothing more is measured: what was is written as at the end of the agent. */
  async end(): Promise<void> {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
    await this.publishing.close(0, this.#agent());
  }

  /** The next life of the agent sends what this one left; it measures nothing. */
  async nextLife(): Promise<void> {
    await this.end();
    const made = this.made;
    this.#live();
    await this.publishing.apply(this.#config ?? this.#unconfigured());
    await this.until('what the life before left', () => numbersIn(this.of('RoundTripTime')).includes(made));
  }

  #unconfigured(): never {
    throw new Error('configure first');
  }

  async until(what: string, holds: () => boolean): Promise<void> {
    for (const end = Date.now() + PATIENCE_MS; Date.now() < end; await sleep(20)) if (holds()) return;
    throw new Error(`not seen: ${what}\n${this.log.join('\n')}\n${JSON.stringify(this.publishing.view(), null, 1)}`);
  }

  of(name: string): WireDatum[] {
    return this.server.accepted.filter(({ MetricName }) => MetricName === name);
  }

  codes(): string[] {
    return [...this.identity.conditions(), ...this.publishing.conditions()].map(({ code }) => code);
  }
}

export const vpcOf = ({ Dimensions = [] }: WireDatum): string | undefined =>
  Dimensions.find(({ Name }) => Name === 'VpcId')?.Value;

/** The numbers of the round trips that arrived, as they came. */
export const numbersIn = (data: readonly WireDatum[]): number[] => data.flatMap(({ Values = [] }) => Values);
