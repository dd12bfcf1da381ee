/** From flags to a running agent, and to its end. */
import type { ConfigRequest } from '../../config/gather.ts';
import { type LoadedConfig, loadConfig } from '../../config/load.ts';
import { formatProblem, type Problem } from '../../config/problem.ts';
import { checkPlace } from '../../history/place.ts';
import { offerFolder } from '../../kernel/koffi-asset.ts';
import type { Snapshot } from '../../verdict/snapshot.ts';
import { VERSION } from '../../version.ts';
import { WebStartError } from '../../web/start-error.ts';
import { type ConfigOptions, configRequest } from '../config-options.ts';
import { Agent } from './agent.ts';
import { LiveLine } from './live-line.ts';
import { openLog } from './log.ts';
import { withSavedLayers } from './saved-parameters.ts';
import { openManager, Service } from './service.ts';
import { settleLater } from './settle.ts';

/** <sysexits.h> */
const EX_UNAVAILABLE = 69;
const EX_CONFIG = 78;

/**
 * What to start with. By hand, a bad configuration ends the command; under systemd that would be a restart loop,
 * so the agent runs without targets, its page says what is wrong, and a mended file is taken.
 */
async function initialConfig(
  request: ConfigRequest,
): Promise<{ initial: LoadedConfig; refused: readonly Problem[] } | readonly Problem[]> {
  const loaded = await loadConfig(request);
  if (loaded.ok) return { initial: loaded, refused: [] };
  if (process.env['NOTIFY_SOCKET'] === undefined) return loaded.problems;
  const { settings = [] } = request;
  const bare = await loadConfig({ environment: process.env, settings, file: '/dev/null' });
  return bare.ok ? { initial: { ...bare, file: loaded.file }, refused: loaded.problems } : loaded.problems;
}

/** Returns the exit code. */
export async function runAgent(options: ConfigOptions): Promise<number> {
  const request = await withSavedLayers(configRequest(options, process.env));
  const start = await initialConfig(request);
  if (!('initial' in start)) {
    const lines = start.map((problem) => `  ${formatProblem(problem)}\n`);
    process.stderr.write(`vpc-canary: the configuration has problems, nothing was started:\n${lines.join('')}`);
    return EX_CONFIG;
  }
  const { log: logConfig, state } = start.initial.config;
  // Made if missing, before the first load of native code, which says itself why a folder will not do.
  checkPlace(state.directory);
  offerFolder(state.directory);
  const live = new LiveLine(process.stdout);
  const log = openLog(logConfig.level, logConfig.format, (line) => live.above(line));
  const service = new Service(openManager(), log);
  const show = (snapshot: Snapshot, stalledMs: number): void => {
    live.show(snapshot);
    service.observe(snapshot, stalledMs);
  };
  const agent = new Agent({ ...start, request, log, show });
  const ended = new Promise<string>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve(signal));
  });
  try {
    const web = await agent.start();
    announce(start.initial, web.url, (text) => log.info(text));
  } catch (error) {
    await agent.stop();
    if (!(error instanceof WebStartError)) throw error;
    process.stderr.write(`vpc-canary: ${error.message}\n`);
    return EX_UNAVAILABLE;
  }
  const cancelSettling = settleLater();
  const signal = await ended;
  cancelSettling();
  live.end();
  log.info(`ending on ${signal}`);
  service.stopping();
  await agent.stop();
  return 0;
}

function announce(loaded: LoadedConfig, url: string, say: (text: string) => void): void {
  const { targets, sites, builtInTargets } = loaded.config;
  const count = (n: number, noun: string): string => `${n} ${noun}${n === 1 ? '' : 's'}`;
  say(`vpc-canary ${VERSION}: ${count(targets.length, 'target')} at ${count(sites.length, 'site')}`);
  say(`The page is at ${url}/`);
  if (builtInTargets) {
    say(`No targets are configured, so this host itself is probed. Name yours in ${loaded.file}, for example:`);
    say('  targets: [{ name: core, site: dc1, icmp: 10.20.0.1 }]');
  }
  for (const warning of loaded.warnings) say(formatProblem(warning));
}
