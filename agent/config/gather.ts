/**
 * From the sources to one checked tree: reads each, merges them from weak to strong, fills in defaults, and collects
 * every problem of every source.
 *
 *   default < layers handed in (Parameter Store) < file < environment VPC_CANARY_… < flags
 */
import { crossChecks } from './checks.ts';
import { duplicateTargets } from './duplicates.ts';
import type { Environment } from './environment.ts';
import { readText } from './files.ts';
import { fillDefaults } from './fill.ts';
import { type Finding, toProblem } from './findings.ts';
import { mergeMaps } from './merge.ts';
import { formatOrigin, type Problem } from './problem.ts';
import { environmentLayer, FILE_VARIABLE, type Setting, settingsLayer } from './settings.ts';
import { DEFAULT_ORIGIN, type MapNode, mapNode, type Node } from './tree.ts';
import { type Checked, validate } from './validate.ts';
import { LARGEST_TEXT, readSource, type Source } from './yaml.ts';

const DEFAULT_FILE = '/etc/vpc-canary/config.yaml';

/** YAML or JSON text from elsewhere than a file, such as a parameter of Parameter Store. */
export interface Layer {
  /** Shown as the source of its values: "Parameter Store /vpc-canary/default". */
  readonly name: string;
  readonly text: string;
}

export interface ConfigRequest {
  /** Weaker than the file; the first is the weakest. */
  readonly layers?: readonly Layer[];
  /** A file named by the operator, which must be there. Without one, VPC_CANARY_CONFIG or the default, if it exists. */
  readonly file?: string;
  /** Where to look when nobody names a file. */
  readonly defaultFile?: string;
  readonly environment: Environment;
  /** Values from flags; later ones win. */
  readonly settings?: readonly Setting[];
}

export interface Gathered {
  /** What the sources say together, nothing filled in. */
  readonly merged: MapNode;
  /** The effective configuration, with all defaults. */
  readonly tree: MapNode;
  readonly checked: Checked;
  readonly builtInTargets: boolean;
  readonly problems: readonly Problem[];
  /** Names of the sources that said something, weakest first; never empty. */
  readonly sources: readonly string[];
  /** The file that is read, whether or not it exists. */
  readonly file: string;
  /** What was read: identity of the file; null if there is none. */
  readonly fileIdentity: string | null;
}

export async function gather(request: ConfigRequest): Promise<Gathered> {
  const named = request.file ?? (request.environment[FILE_VARIABLE] || undefined);
  const file = named ?? request.defaultFile ?? DEFAULT_FILE;
  const fromFile = await readConfigFile(file, named !== undefined);
  const environment = environmentLayer(request.environment);
  const flags = settingsLayer(request.settings ?? []);
  const layers: Source[] = [
    systemdLayer(request.environment),
    ...(request.layers ?? []).map((layer) => readSource(layer.text, layer.name)),
    ...(fromFile.source === null ? [] : [fromFile.source]),
    environment,
    flags,
  ];
  const problems = [...fromFile.problems, ...layers.flatMap(problemsOf)];
  const merged = layers.map(({ tree }) => tree).reduce(mergeMaps, mapNode([], DEFAULT_ORIGIN));
  const { tree, builtInTargets } = fillDefaults(merged);
  const checked = validate(tree);
  // with a source unread or broken, what is missing or out of place in the whole says nothing
  const findings = problems.some(({ code }) => UNREAD.has(code)) ? [] : [...checked.findings, ...crossChecks(tree)];
  return {
    merged,
    tree,
    checked,
    builtInTargets,
    problems: inOrder([...problems, ...findings.map((finding) => toProblem(tree, finding))]),
    sources: sourcesOf(layers, merged),
    file,
    fileIdentity: fromFile.identity,
  };
}

const UNREAD = new Set<Problem['code']>(['unreadable', 'too-large', 'syntax', 'alias']);

/** What is wrong with a source for itself. */
function problemsOf(source: Source): Problem[] {
  const { tree } = source;
  return [...source.problems, ...duplicateTargets(tree).map((finding: Finding) => toProblem(tree, finding))];
}

interface FileSource {
  readonly source: Source | null;
  readonly identity: string | null;
  readonly problems: readonly Problem[];
}

async function readConfigFile(path: string, mustExist: boolean): Promise<FileSource> {
  const read = await readText(path, LARGEST_TEXT);
  if (read.ok) return { source: readSource(read.text, path), identity: read.identity, problems: [] };
  if (read.code === 'missing' && !mustExist) return { source: null, identity: null, problems: [] };
  const origin = { source: path, line: null, column: null };
  const code = read.code === 'too-large' ? 'too-large' : 'unreadable';
  const problem: Problem = { code, path: '', value: null, text: read.text, allowed: null, fix: read.fix, origin };
  return { source: null, identity: null, problems: [problem] };
}

/** systemd's StateDirectory= says where state goes; with several directories it lists them with colons. */
function systemdLayer(environment: Environment): Source {
  const directory = environment['STATE_DIRECTORY']?.split(':')[0];
  if (directory === undefined || directory === '') return { tree: mapNode([], DEFAULT_ORIGIN), problems: [] };
  const { tree } = settingsLayer([
    { source: 'environment STATE_DIRECTORY', path: ['state', 'directory'], text: directory },
  ]);
  return { tree, problems: [] };
}

/**
 * Problems by source and line, each once: one value may stand in many targets by inheritance or alias.
 * The order of sources is that in which they first had a problem.
 */
function inOrder(problems: readonly Problem[]): Problem[] {
  const bySource = new Map<string, Map<string, Problem>>();
  for (const problem of problems) {
    const { source, line } = problem.origin;
    const ofSource = bySource.get(source) ?? new Map<string, Problem>();
    bySource.set(source, ofSource);
    const key = `${formatOrigin(problem.origin)}\n${problem.text}\n${line === null ? problem.path : ''}`;
    if (!ofSource.has(key)) ofSource.set(key, problem);
  }
  const place = ({ origin }: Problem): number => (origin.line ?? 0) * 1e6 + (origin.column ?? 0);
  return [...bySource.values()].flatMap((ofSource) => [...ofSource.values()].sort((a, b) => place(a) - place(b)));
}

/** Names of the sources of which something is left after merging, from weak to strong. */
function sourcesOf(layers: readonly Source[], merged: MapNode): string[] {
  const left = namesIn(merged);
  const inOrder = new Set(layers.flatMap(({ tree }) => [...namesIn(tree)]));
  return [DEFAULT_ORIGIN.source, ...[...inOrder].filter((name) => left.has(name))];
}

/** Where the values of a tree were written. */
function namesIn(root: Node): Set<string> {
  const names = new Set<string>();
  const visit = (node: Node): void => {
    if (node.kind === 'map') for (const { node: child } of node.entries.values()) visit(child);
    else if (node.kind === 'list' && node.items.length > 0) node.items.forEach(visit);
    else names.add(node.origin.source);
  };
  visit(root);
  return names;
}
