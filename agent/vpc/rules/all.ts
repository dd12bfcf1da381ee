/** All rules, and what they find. */
import type { FindingView } from '../../verdict/vpc-view.ts';
import { ADDRESS_RULES } from './addresses.ts';
import { DIRECT_CONNECT_RULES } from './direct-connect.ts';
import { ROUTE_RULES } from './routes.ts';
import type { Rule, RuleFacts } from './rule.ts';
import { TUNNEL_RULES } from './tunnels.ts';

export const RULES: readonly Rule[] = [...ROUTE_RULES, ...ADDRESS_RULES, ...TUNNEL_RULES, ...DIRECT_CONNECT_RULES].sort(
  (a, b) => a.id.localeCompare(b.id, 'en'),
);

/** Ids that may be silenced. */
export const ruleIds = (): readonly string[] => RULES.map(({ id }) => id);

/** Findings of one rule that are shown: the rest says the same. */
const MOST = 20;
const RANK: Readonly<Record<FindingView['severity'], number>> = { error: 0, warning: 1, info: 2 };

/** @param silenced ids of rules whose findings are shown apart and counted nowhere */
export function findings(facts: RuleFacts, silenced: readonly string[]): FindingView[] {
  const found = RULES.flatMap(({ id, title, severity, remedy, link, find }) =>
    find(facts)
      .slice(0, MOST)
      .map((hit): FindingView => {
        const { subject, text } = hit;
        return {
          id,
          title,
          severity,
          subject,
          text,
          remedy: hit.remedy ?? remedy,
          link,
          silenced: silenced.includes(id),
        };
      }),
  );
  return found.sort(
    (a, b) =>
      Number(a.silenced) - Number(b.silenced) || RANK[a.severity] - RANK[b.severity] || a.id.localeCompare(b.id, 'en'),
  );
}
