/** The flags by which a configuration is chosen and changed, the same for every verb that reads it. */
import { type Command, InvalidArgumentError } from 'commander';
import type { ConfigRequest } from '../config/gather.ts';
import type { Setting } from '../config/settings.ts';

export interface ConfigOptions {
  readonly config?: string;
  readonly set?: readonly Setting[];
  readonly listen?: string;
  readonly stateDirectory?: string;
  readonly logLevel?: string;
}

export function addConfigOptions(command: Command): Command {
  return command
    .option('--config <file>', 'configuration file (default: $VPC_CANARY_CONFIG, else /etc/vpc-canary/config.yaml)')
    .option('--set <key=value>', 'set one key over the file, such as --set log.level=debug; may be repeated', oneMore)
    .option('--listen <address:port>', 'serve the page here (http.listen)')
    .option('--state-directory <directory>', 'keep what outlives a restart here (state.directory)')
    .option('--log-level <level>', 'trace, debug, info, warn, error or silent (log.level)');
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
    flag('--state-directory', ['state', 'directory'], options.stateDirectory),
    flag('--log-level', ['log', 'level'], options.logLevel),
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
