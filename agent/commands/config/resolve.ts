/** Host names of targets that do not resolve from here; a warning, for they may resolve where the agent runs. */
import { lookup } from 'node:dns/promises';
import { familyOf } from '../../config/address.ts';
import { targetHost } from '../../config/checks.ts';
import type { Problem } from '../../config/problem.ts';
import { formatPath, type MapNode, originAt, scalarAt } from '../../config/tree.ts';

/** getaddrinfo blocks a thread of the pool, of which there are four. */
const AT_ONCE = 4;

/** As getaddrinfo takes it: 0 is either. */
type Family = 0 | 4 | 6;

export async function unresolvedHosts(tree: MapNode): Promise<Problem[]> {
  const targets = tree.entries.get('targets')?.node;
  const hosts = (targets?.kind === 'list' ? targets.items : []).flatMap((target, index) => {
    const [key, host] = targetHost(target);
    const family = scalarAt(target, 'family');
    if (host === null || familyOf(host) !== null || scalarAt(target, 'enabled') === false) return [];
    const asked: Family = family === 4 || family === 6 ? family : 0;
    return [{ host, family: asked, path: ['targets', index, key] }];
  });
  const asked = new Map<string, Promise<string | null>>();
  const problems: Problem[] = [];
  const queue = hosts.values();
  const worker = async (): Promise<void> => {
    for (const { host, family, path } of queue) {
      const question = `${host} ${family}`;
      const answer = asked.get(question) ?? failureOf(host, family);
      asked.set(question, answer);
      const failure = await answer;
      if (failure === null) continue;
      const text = `${JSON.stringify(host)} does not resolve here (${failure})`;
      const fix = 'correct the name, or check again where the agent runs';
      problems.push({
        code: 'unresolved',
        path: formatPath(tree, path),
        value: null,
        text,
        allowed: null,
        fix,
        origin: originAt(tree, path),
      });
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return problems;
}

async function failureOf(host: string, family: Family): Promise<string | null> {
  try {
    await lookup(host, { family });
    return null;
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : String(error);
  }
}
