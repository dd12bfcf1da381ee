/** Reads the secrets a configuration points to. Their values go into `Secret`s and nowhere else. */
import { join } from 'node:path';
import type { Environment } from './environment.ts';
import { readText } from './files.ts';
import type { Problem } from './problem.ts';
import { formatPath, type MapNode, type Node, type Origin, originAt, type Path } from './tree.ts';

/** Keys are references as written, "file:/etc/vpc-canary/page.password"; values are in clear. */
export type SecretTexts = ReadonlyMap<string, string>;

export interface Secrets {
  readonly texts: SecretTexts;
  readonly problems: readonly Problem[];
  /** What this user or this process cannot read, but the agent perhaps can; for the agent itself these are problems. */
  readonly outOfReach: readonly Problem[];
  /** Secrets that others on this host may read. */
  readonly warnings: readonly Problem[];
}

const LARGEST_SECRET = 65_536;

export async function readSecrets(tree: MapNode, environment: Environment): Promise<Secrets> {
  const texts = new Map<string, string>();
  const problems: Problem[] = [];
  const outOfReach: Problem[] = [];
  const warnings: Problem[] = [];
  const told = new Set<string>();
  for (const { path, reference, origin } of references(tree)) {
    if (told.has(reference)) continue;
    told.add(reference);
    const problem = (text: string, fix: string): Problem => {
      return {
        code: 'secret',
        path: formatPath(tree, path),
        value: null,
        text: `${reference}: ${text}`,
        allowed: null,
        fix,
        origin,
      };
    };
    const file = fileOf(reference, environment);
    if (file === null) {
      const fix = 'start the agent by its systemd unit with LoadCredential=, or use file:/path';
      outOfReach.push(problem('systemd passed no credentials to this process', fix));
      continue;
    }
    const read = await readText(file, LARGEST_SECRET);
    const value = read.ok ? read.text.replace(/\r?\n$/, '') : '';
    if (!read.ok) (read.code === 'denied' ? outOfReach : problems).push(problem(read.text, read.fix));
    else if (value === '') problems.push(problem('this file is empty', 'write the secret into it, on one line'));
    else if (/\p{Cc}/u.test(value))
      problems.push(problem('this file holds more than one line of text', 'leave one line'));
    else texts.set(reference, value);
    if (read.ok && reference.startsWith('file:') && (read.mode & 0o004) !== 0) {
      warnings.push(problem('every user of this host may read this', `chmod o-r ${file}`));
    }
  }
  return { texts, problems, outOfReach, warnings };
}

function fileOf(reference: string, environment: Environment): string | null {
  if (reference.startsWith('file:')) return reference.slice('file:'.length);
  const directory = environment['CREDENTIALS_DIRECTORY'];
  return directory === undefined || directory === '' ? null : join(directory, reference.slice('credential:'.length));
}

interface Reference {
  readonly path: Path;
  readonly reference: string;
  readonly origin: Origin;
}

/** All references below `http.auth` and the headers of targets. */
function references(tree: MapNode): Reference[] {
  const found: Reference[] = [];
  const visit = (node: Node | undefined, path: Path): void => {
    if (node?.kind === 'map') for (const [key, entry] of node.entries) visit(entry.node, [...path, key]);
    if (node?.kind === 'list') for (const [index, item] of node.items.entries()) visit(item, [...path, index]);
    if (node?.kind !== 'scalar' || typeof node.value !== 'string' || path.at(-1) === 'user') return;
    if (isReference(node.value)) found.push({ path, reference: node.value, origin: originAt(tree, path) });
  };
  const http = tree.entries.get('http')?.node;
  visit(http?.kind === 'map' ? http.entries.get('auth')?.node : undefined, ['http', 'auth']);
  const targets = tree.entries.get('targets')?.node;
  (targets?.kind === 'list' ? targets.items : []).forEach((target, index) => {
    const headers = target.kind === 'map' ? target.entries.get('headers')?.node : undefined;
    visit(headers, ['targets', index, 'headers']);
  });
  return found;
}

export function isReference(text: string): boolean {
  return /^(file:\/|credential:)/.test(text);
}
