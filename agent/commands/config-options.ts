/** The flags by which a configuration is chosen and changed, the same for every verb that reads it. */
import { type Command, InvalidArgumentError } from 'commander';
import type { ConfigRequest } from '../config/gather.ts';
import type { Setting } from '../config/settings.ts';

export interface ConfigOptions {
  readonly config?: string;
  readonly set?: readonly Setting[];
  readonly listen?: string;
  readonly stateDir?: string;
  readonly logLevel?: string;
  readonly logFormat?: string;
}

export function addConfigOptions(command: Command): Command {
  return command
    .option('-c, --config <file>', 'configuration file (default: $VPC_CANARY_CONFIG, else /etc/vpc-canary/config.yaml)')
    .option('-l, --listen <address:port>', 'where the page is served (http.listen)')
    .option('-s, --state-dir <folder>', 'where what outlives a restart is kept (state.directory)')
    .option('--log-level <level>', 'trace, debug, info, warn, error or silent (log.level)')
    .option('--log-format <format>', 'text or json (log.format)')
    .option('--set <key=value>', 'set any other key, such as --set thresholds.window=20s; may be repeated', oneMore);
}

function oneMore(text: string, before: readonly Setting[] = []): readonly Setting[] {
  const at = text.indexOf('=');
  if (at < 1) throw new InvalidArgumentError('write KEY=VALUE, such as log.level=debug.');
  const key = text.slice(0, at);
  return [...before, { source: `flag --set ${key}`, path: key.split('.'), text: text.slice(at + 1) }];
}

/** What to load: the file and values from flags over those of the environment. */
export function configRequest(options: ConfigOptions, environment: ConfigRequest['environment']): ConfigRequest {
  const flags: (Setting | null)[] = [
    flag('--listen', ['http', 'listen'], options.listen),
    flag('--state-dir', ['state', 'directory'], options.stateDir),
    flag('--log-level', ['log', 'level'], options.logLevel),
    flag('--log-format', ['log', 'format'], options.logFormat),
  ];
  return {
    environment,
    ...(options.config === undefined ? {} : { file: options.config }),
    settings: [...(options.set ?? []), ...flags.filter((setting) => setting !== null)],
  };
}

function flag(name: string, path: readonly string[], text: string | undefined): Setting | null {
  return text === undefined ? null : { source: `flag ${name}`, path, text };
}
