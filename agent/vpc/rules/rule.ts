/**
 * The rules of the road: what an experienced network engineer would say on seeing this VPC. A rule looks at the view
 * and at the sites, finds nothing or something, and says it in words, with what to do and AWS's page on it.
 *
 * Ids are for good: a rule that goes leaves its number unused, because operators silence rules by it.
 */
import type { LinkKind } from '../../measure/target.ts';
import type { FindingView, VpcView } from '../../verdict/vpc-view.ts';

export interface RuleSite {
  readonly name: string;
  readonly cidrs: readonly string[];
  readonly expect: { readonly link: LinkKind | null; readonly mtu: number | null };
}

/** What rules look at: all that is shown, but the findings themselves. */
export interface RuleFacts {
  readonly view: Omit<VpcView, 'findings' | 'state' | 'summary'>;
  readonly sites: readonly RuleSite[];
}

export interface Hit {
  /** An id of AWS, a site. */
  readonly subject: string;
  readonly text: string;
  /** In place of the rule's own. */
  readonly remedy?: string;
}

export interface Rule {
  readonly id: string;
  readonly title: string;
  readonly severity: FindingView['severity'];
  readonly remedy: string;
  readonly link: string;
  readonly find: (facts: RuleFacts) => readonly Hit[];
}

export const DOCS = {
  vpc: 'https://docs.aws.amazon.com/vpc/latest/userguide',
  vpn: 'https://docs.aws.amazon.com/vpn/latest/s2svpn',
  dx: 'https://docs.aws.amazon.com/directconnect/latest/UserGuide',
  ipam: 'https://docs.aws.amazon.com/vpc/latest/ipam',
} as const;

/** AWS's names of an available thing: what is not in use is not judged. */
export const isAvailable = ({ awsState }: { readonly awsState: string }): boolean => awsState === 'available';
