/** The configuration as a whole: gathered, checked, secrets read; either good or a list of all problems. */
import type { Config } from './config.ts';
import { type EffectiveValue, effectiveValues } from './effective.ts';
import { finish } from './finish.ts';
import { type ConfigRequest, gather } from './gather.ts';
import type { Problem } from './problem.ts';
import { readSecrets } from './secrets.ts';
import { checkTls } from './tls-files.ts';

export interface LoadedConfig {
  readonly ok: true;
  readonly config: Config;
  /** What is allowed, but not wise. */
  readonly warnings: readonly Problem[];
  /** Names of the sources that said something, weakest first. */
  readonly sources: readonly string[];
  /** The file that is looked for, and its identity as it was read; null if it is not there. */
  readonly file: string;
  readonly fileIdentity: string | null;
  /** What was written, for the page: values with their sources; defaults and secrets are left out. */
  effective(): EffectiveValue[];
}

export interface RefusedConfig {
  readonly ok: false;
  readonly problems: readonly Problem[];
  readonly sources: readonly string[];
  readonly file: string;
}

export async function loadConfig(request: ConfigRequest): Promise<LoadedConfig | RefusedConfig> {
  const { merged, tree, checked, builtInTargets, problems, sources, file, fileIdentity } = await gather(request);
  const secrets = await readSecrets(tree, request.environment);
  const tls = await checkTls(tree);
  const all = [...problems, ...secrets.problems, ...secrets.outOfReach, ...tls.problems, ...tls.outOfReach];
  const { written, targets } = checked;
  if (all.length > 0 || written === null) return { ok: false, problems: all, sources, file };
  const config = finish(written, targets, builtInTargets, secrets.texts);
  return {
    ok: true,
    config,
    warnings: secrets.warnings,
    sources,
    file,
    fileIdentity,
    effective: () => effectiveValues(merged),
  };
}
