/**
 * AWS's published prefixes in the form of ip-ranges.json (docs.aws.amazon.com/vpc/latest/userguide/aws-ip-ranges.html):
 * every prefix with a service and a region. Pure: text in, prefixes with names out.
 *
 * A prefix is listed once for each service it serves, and always under AMAZON. The most telling name wins: a service
 * before EC2, EC2 before AMAZON. What runs on EC2 and under AMAZON alone is anybody's, hence "internet" as category.
 */
import type { FlowCategory } from '../verdict/flows-view.ts';

export interface NamedPrefix {
  readonly prefix: string;
  /** "aws S3 ap-southeast-2" */
  readonly name: string;
  readonly category: FlowCategory;
}

export type AwsRanges =
  | { readonly ok: true; readonly prefixes: readonly NamedPrefix[]; readonly skipped: number }
  | { readonly ok: false; readonly text: string };

/** More groups than this are no longer read by anybody, and each costs half a kilobyte. */
const MOST_GROUPS = 2000;

interface Entry {
  readonly service: string;
  readonly region: string;
}

const weight = (service: string): number => (service === 'AMAZON' ? 0 : service === 'EC2' ? 1 : 2);

export function parseAwsRanges(text: string): AwsRanges {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    return { ok: false, text: `it is not JSON (${error instanceof Error ? error.message : String(error)})` };
  }
  const lists = listsOf(parsed);
  if (lists === null) return { ok: false, text: 'it has no lists "prefixes" and "ipv6_prefixes"' };
  const best = new Map<string, Entry>();
  let skipped = 0;
  for (const [list, key] of lists) {
    for (const item of list) {
      const entry = entryOf(item, key);
      if (entry === null) {
        skipped += 1;
        continue;
      }
      const known = best.get(entry.prefix);
      if (known === undefined || weight(entry.service) > weight(known.service)) best.set(entry.prefix, entry);
    }
  }
  const names = new Set([...best.values()].map(nameOf));
  if (names.size > MOST_GROUPS) return { ok: false, text: `it names ${names.size} pairs of service and region` };
  const prefixes = [...best].map(([prefix, entry]): NamedPrefix => {
    const category = weight(entry.service) === 2 ? 'aws-service' : 'internet';
    return { prefix, name: nameOf(entry), category };
  });
  return { ok: true, prefixes, skipped };
}

const nameOf = ({ service, region }: Entry): string => `aws ${service} ${region}`;

function listsOf(value: unknown): [unknown[], string][] | null {
  if (typeof value !== 'object' || value === null) return null;
  const { prefixes, ipv6_prefixes: sixes } = value as { prefixes?: unknown; ipv6_prefixes?: unknown };
  if (!Array.isArray(prefixes) && !Array.isArray(sixes)) return null;
  return [
    [Array.isArray(prefixes) ? prefixes : [], 'ip_prefix'],
    [Array.isArray(sixes) ? sixes : [], 'ipv6_prefix'],
  ];
}

function entryOf(item: unknown, key: string): (Entry & { readonly prefix: string }) | null {
  if (typeof item !== 'object' || item === null) return null;
  const { [key]: prefix, service, region } = item as Record<string, unknown>;
  const isWord = (word: unknown): word is string => typeof word === 'string' && /^[\w-]{1,64}$/.test(word);
  return typeof prefix === 'string' && isWord(service) && isWord(region) ? { prefix, service, region } : null;
}
