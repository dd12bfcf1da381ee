/**
 * Who this host is to AWS, found out beside everything else: probing never waits for it. The metadata is asked only
 * when the firmware says this is EC2, or when the environment names another endpoint, as the SDK's variable does.
 */
import { isEc2 } from '../../aws/dmi.ts';
import { type Identity, readIdentity } from '../../aws/identity.ts';
import { Imds, type ImdsFailure, imdsFailureText } from '../../aws/imds.ts';
import type { Logger } from './log.ts';
import type { Condition } from './notices.ts';

/** Waits between attempts grow from the first to the second. */
const FIRST_WAIT_MS = 2000;
const LONGEST_WAIT_MS = 60_000;

export class HostIdentity {
  /** null off EC2. */
  readonly imds: Imds | null;
  readonly #known: () => void;
  readonly #log: Pick<Logger, 'info' | 'warn'> | null;
  #identity: Identity | null = null;
  #failure: ImdsFailure | null = null;
  #timer: NodeJS.Timeout | null = null;
  #closed = false;

  /** @param known called when something was found out: the identity, or that there is none for now */
  constructor(
    environment: Readonly<Record<string, string | undefined>>,
    known: () => void,
    log: Pick<Logger, 'info' | 'warn'> | null = null,
  ) {
    const endpoint = environment['AWS_EC2_METADATA_SERVICE_ENDPOINT'] || undefined;
    const asked =
      environment['AWS_EC2_METADATA_DISABLED']?.toLowerCase() !== 'true' && (endpoint !== undefined || isEc2());
    this.imds = asked ? new Imds({ endpoint: endpoint?.replace(/\/$/, '') }) : null;
    this.#known = known;
    this.#log = log;
  }

  /** null until it is known, and off EC2. */
  get identity(): Identity | null {
    return this.#identity;
  }

  /** True once it is known whether there is an identity. */
  get settled(): boolean {
    return this.imds === null || this.#identity !== null || this.#failure !== null;
  }

  begin(): void {
    void this.#ask(FIRST_WAIT_MS);
  }

  conditions(): Condition[] {
    if (this.#failure === null || this.#identity !== null) return [];
    const { text, remedy } = imdsFailureText(this.#failure);
    return [
      {
        code: 'identity-unknown',
        severity: 'warning',
        text: `This instance does not know its VPC: ${text}.`,
        remedy,
      },
    ];
  }

  close(): void {
    this.#closed = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.imds?.close();
  }

  async #ask(waitMs: number): Promise<void> {
    if (this.imds === null || this.#closed) return;
    const result = await readIdentity(this.imds);
    if (this.#closed) return;
    if (result.ok) {
      this.#identity = result.identity;
      const { instanceId, vpcId, availabilityZone } = result.identity;
      this.#log?.info(
        `this instance is ${[instanceId, vpcId, availabilityZone].filter((one) => one !== null).join(', ')}`,
      );
    } else {
      const { text, remedy } = imdsFailureText(result.failure);
      if (result.failure.code !== this.#failure?.code) {
        this.#log?.warn({ remedy }, `this instance does not know its VPC: ${text}`);
      }
      this.#failure = result.failure;
      this.#timer = setTimeout(() => void this.#ask(Math.min(2 * waitMs, LONGEST_WAIT_MS)), waitMs);
    }
    this.#known();
  }
}
