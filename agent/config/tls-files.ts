/**
 * The certificate and key of the page, tried together before they are needed: a page that cannot start, or a reload
 * that takes it down, is found out here and not by its users.
 */
import { readText } from './files.ts';
import type { Problem } from './problem.ts';
import { formatPath, type MapNode, nodeAt, originAt, type Path, textAt } from './tree.ts';

export interface TlsCheck {
  readonly problems: readonly Problem[];
  /** What this user may not read, but the agent perhaps may. */
  readonly outOfReach: readonly Problem[];
}

const LARGEST_PEM = 1024 * 1024;

export async function checkTls(tree: MapNode): Promise<TlsCheck> {
  const problems: Problem[] = [];
  const outOfReach: Problem[] = [];
  const where: Path = ['http', 'tls'];
  const texts: string[] = [];
  const problem = (path: Path, text: string, fix: string): Problem => {
    return {
      code: 'unreadable',
      path: formatPath(tree, path),
      value: null,
      text,
      allowed: null,
      fix,
      origin: originAt(tree, path),
    };
  };
  const node = nodeAt(tree, where);
  for (const key of ['certificate', 'key']) {
    const file = textAt(node, key);
    // a missing or relative path is told by the schema
    if (file === undefined || !file.startsWith('/')) continue;
    const read = await readText(file, LARGEST_PEM);
    if (read.ok) texts.push(read.text);
    else
      (read.code === 'denied' ? outOfReach : problems).push(
        problem([...where, key], `${file}: ${read.text}`, read.fix),
      );
  }
  const [cert, key] = texts;
  if (cert === undefined || key === undefined) return { problems, outOfReach };
  try {
    const { createSecureContext } = await import('node:tls');
    createSecureContext({ cert, key });
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    const fix =
      'name a PEM certificate chain, the certificate of this server first, and the unencrypted key that belongs to it';
    problems.push(problem(where, `certificate and key cannot be used (${said})`, fix));
  }
  return { problems, outOfReach };
}
