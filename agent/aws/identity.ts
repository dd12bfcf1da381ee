/**
 * Who this instance is: read once from the instance metadata, for the dimensions of metrics, the head of the page
 * and the names of parameters. What the metadata does not have (404) is null. An answer that did not come is a
 * failure of the whole: half an identity would publish under a wrong name for good.
 */
import type { Imds, ImdsFailure } from './imds.ts';

export interface Identity {
  readonly instanceId: string;
  readonly instanceType: string | null;
  readonly region: string;
  readonly availabilityZone: string | null;
  /** The same zone has the same id in every account: "apse2-az1". */
  readonly availabilityZoneId: string | null;
  readonly accountId: string | null;
  readonly vpcId: string | null;
  readonly subnetIds: readonly string[];
  /** Of the VPC, IPv4 and IPv6. */
  readonly cidrs: readonly string[];
  /** Tags of the instance; empty unless the instance lets the metadata show them. */
  readonly tags: Readonly<Record<string, string>>;
}

export type IdentityResult =
  | { readonly ok: true; readonly identity: Identity }
  | { readonly ok: false; readonly failure: ImdsFailure };

/** Tags read at most; an instance has 50. */
const MOST_TAGS = 50;

export async function readIdentity(imds: Imds): Promise<IdentityResult> {
  const document = await imds.get('dynamic/instance-identity/document');
  if (!document.ok) return document;
  const facts = factsOf(document.text);
  const failures: ImdsFailure[] = [];
  const text = async (path: string): Promise<string | null> => {
    const result = await imds.get(`meta-data/${path}`);
    if (!result.ok && result.failure.code !== 'absent') failures.push(result.failure);
    return result.ok && result.text !== '' ? result.text.trim() : null;
  };
  const lines = async (path: string): Promise<string[]> => (await text(path))?.split(/\n+/) ?? [];
  const instanceId = facts['instanceId'] ?? (await text('instance-id'));
  const region = facts['region'] ?? (await text('placement/region'));
  if (instanceId === null || region === null) {
    const failure = failures[0] ?? { code: 'absent', path: 'dynamic/instance-identity/document' };
    return { ok: false, failure };
  }
  const primary = (await text('mac')) ?? '';
  const macs = (await lines('network/interfaces/macs/')).map((mac) => mac.replace(/\/$/, ''));
  const of = `network/interfaces/macs/${primary}`;
  const subnets = await Promise.all(
    [primary, ...macs.filter((mac) => mac !== primary)].map((mac) => text(`network/interfaces/macs/${mac}/subnet-id`)),
  );
  const identity = {
    instanceId,
    instanceType: facts['instanceType'] ?? null,
    region,
    availabilityZone: facts['availabilityZone'] ?? (await text('placement/availability-zone')),
    availabilityZoneId: await text('placement/availability-zone-id'),
    accountId: facts['accountId'] ?? null,
    vpcId: await text(`${of}/vpc-id`),
    subnetIds: [...new Set(subnets.filter((id) => id !== null))],
    cidrs: [...(await lines(`${of}/vpc-ipv4-cidr-blocks`)), ...(await lines(`${of}/vpc-ipv6-cidr-blocks`))],
    tags: await readTags(lines, text),
  };
  const [failure] = failures;
  return failure === undefined ? { ok: true, identity } : { ok: false, failure };
}

function factsOf(text: string): Record<string, string> {
  try {
    const document: unknown = JSON.parse(text);
    if (typeof document !== 'object' || document === null) return {};
    return Object.fromEntries(Object.entries(document).filter(([, value]) => typeof value === 'string'));
  } catch {
    return {};
  }
}

async function readTags(
  lines: (path: string) => Promise<string[]>,
  text: (path: string) => Promise<string | null>,
): Promise<Record<string, string>> {
  const keys = (await lines('tags/instance/')).slice(0, MOST_TAGS);
  const values = await Promise.all(keys.map((key) => text(`tags/instance/${encodeURIComponent(key)}`)));
  return Object.fromEntries(keys.map((key, index) => [key, values[index] ?? '']));
}
