/** What `config check` says. */
import { type ConfigRequest, type Gathered, gather } from '../../config/gather.ts';
import type { Problem } from '../../config/problem.ts';
import { readSecrets } from '../../config/secrets.ts';
import { checkTls } from '../../config/tls-files.ts';
import { problemText } from './problem-text.ts';
import { unresolvedHosts } from './resolve.ts';

export interface Output {
  out(text: string): void;
  error(text: string): void;
}

/** @returns the exit code: 0 good, 1 problems */
export async function check(
  request: ConfigRequest,
  options: { readonly json?: boolean; readonly resolve?: boolean },
  output: Output,
): Promise<number> {
  const gathered = await gather(request);
  const { problems, warnings } = await judge(gathered, request, options.resolve === true);
  const ok = problems.length === 0;
  if (options.json === true) {
    const { sources, file } = gathered;
    output.out(`${JSON.stringify({ ok, file, sources, problems, warnings }, null, 2)}\n`);
    return ok ? 0 : 1;
  }
  for (const problem of problems) output.error(problemText(problem));
  for (const warning of warnings) output.error(problemText(warning, 'warning: '));
  if (ok) output.out(`${summary(gathered)}\n`);
  else output.error(`${problems.length} problem${problems.length === 1 ? '' : 's'}\n`);
  return ok ? 0 : 1;
}

async function judge(
  gathered: Gathered,
  request: ConfigRequest,
  resolve: boolean,
): Promise<{ readonly problems: readonly Problem[]; readonly warnings: readonly Problem[] }> {
  const { tree } = gathered;
  const secrets = await readSecrets(tree, request.environment);
  const tls = await checkTls(tree);
  return {
    problems: [...gathered.problems, ...secrets.problems, ...tls.problems],
    warnings: [
      ...secrets.outOfReach,
      ...tls.outOfReach,
      ...secrets.warnings,
      ...(resolve ? await unresolvedHosts(tree) : []),
    ],
  };
}

function summary(gathered: Gathered): string {
  const { checked, file, fileIdentity, builtInTargets } = gathered;
  const targets = checked.targets.filter(({ value }) => value.enabled).length;
  const sites = Object.keys(checked.written?.sites ?? {}).length;
  const what = `${targets} target${targets === 1 ? '' : 's'} at ${sites} site${sites === 1 ? '' : 's'}`;
  const head = fileIdentity === null ? `There is no ${file}, and nothing else is wrong` : `${file} is good`;
  const tail = builtInTargets ? `: no targets are set, so 127.0.0.1 and ::1 are probed.` : `: ${what}.`;
  return head + tail;
}
