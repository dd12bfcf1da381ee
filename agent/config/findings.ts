/** What a check says of one place in the tree, and how it becomes a problem that names file, line and value. */
import { noteOf, schemaAt } from './navigate.ts';
import { displayValue, type Problem, type ProblemCode } from './problem.ts';
import {
  childOf,
  formatPath,
  type MapNode,
  type Node,
  nodeAt,
  type Origin,
  originAt,
  type Path,
  plain,
} from './tree.ts';

export interface Finding {
  readonly code: ProblemCode;
  readonly path: Path;
  readonly text: string;
  readonly fix: string;
  /** The finding is about the key itself, not about its value. */
  readonly atKey?: boolean;
}

/** Where it helps to say what values are allowed; the others are about keys or about several values. */
const ABOUT_ONE_VALUE = new Set<ProblemCode>(['type', 'missing', 'value', 'address', 'secret']);

export function toProblem(root: MapNode, finding: Finding): Problem {
  const { path, atKey } = finding;
  const note = noteOf(schemaAt(root, path));
  return {
    code: finding.code,
    path: formatPath(root, path),
    value: finding.code === 'secret' || atKey === true || isSecret(path) ? null : shownValue(nodeAt(root, path)),
    text: finding.text,
    allowed: ABOUT_ONE_VALUE.has(finding.code) && atKey !== true ? (note?.allowed ?? null) : null,
    fix: finding.fix,
    origin: atKey === true ? keyOrigin(root, path) : originAt(root, path),
  };
}

/** Below these keys stand secrets, or what was meant to be one and stands in the wrong place. */
export function isSecret(path: Path): boolean {
  return path.includes('auth') || path.includes('headers');
}

/** Lists and maps are not repeated: they may be long, and may hold secrets. */
function shownValue(node: Node | undefined): string | null {
  return node?.kind === 'scalar' && node.value !== null ? displayValue(plain(node)) : null;
}

function keyOrigin(root: MapNode, path: Path): Origin {
  const parent = nodeAt(root, path.slice(0, -1));
  const key = path.at(-1);
  const entry = parent?.kind === 'map' ? parent.entries.get(String(key)) : undefined;
  return entry?.keyOrigin ?? childOf(parent, key ?? '')?.origin ?? originAt(root, path);
}
