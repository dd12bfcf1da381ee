/** What `config show` says. */
import { effectiveObject, effectiveValues, effectiveYaml } from '../../config/effective.ts';
import { type ConfigRequest, gather } from '../../config/gather.ts';
import { readSecrets } from '../../config/secrets.ts';
import type { Output } from './check.ts';
import { problemText } from './problem-text.ts';

/** @returns the exit code: 0 shown, 1 problems */
export async function show(
  request: ConfigRequest,
  options: { readonly json?: boolean; readonly written?: boolean },
  output: Output,
): Promise<number> {
  const gathered = await gather(request);
  const secrets = await readSecrets(gathered.tree, request.environment);
  const problems = [...gathered.problems, ...secrets.problems];
  for (const problem of problems) output.error(problemText(problem));
  if (problems.length > 0) return 1;
  const tree = options.written === true ? gathered.merged : gathered.tree;
  const { sources } = gathered;
  if (options.json === true) {
    const origins = Object.fromEntries(effectiveValues(tree).map(({ path, source }) => [path, source]));
    output.out(`${JSON.stringify({ sources, config: effectiveObject(tree), origins }, null, 2)}\n`);
    return 0;
  }
  output.out(`# from weak to strong: ${sources.join(', ')}\n${effectiveYaml(tree)}`);
  return 0;
}
