/** Two targets of one name in one source. Looked for before merging, where one name twice means one target. */
import type { Finding } from './findings.ts';
import { displayValue } from './problem.ts';
import { type MapNode, type Origin, textAt } from './tree.ts';

export function duplicateTargets(source: MapNode): Finding[] {
  const targets = source.entries.get('targets')?.node;
  if (targets?.kind !== 'list') return [];
  const first = new Map<string, Origin>();
  const findings: Finding[] = [];
  targets.items.forEach((target, index) => {
    const name = textAt(target, 'name');
    if (name === undefined) return;
    const before = first.get(name);
    if (before === undefined) {
      first.set(name, target.origin);
      return;
    }
    const where = before.line === null ? '' : `, first on line ${before.line}`;
    const text = `there are two targets named ${displayValue(name)}${where}`;
    findings.push({ code: 'duplicate', path: ['targets', index, 'name'], text, fix: 'give each a name of its own' });
  });
  return findings;
}
