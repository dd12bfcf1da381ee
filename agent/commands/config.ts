/** `config check`, `config show`, `config schema`: the configuration without the agent. */
import { Command } from 'commander';
import { addConfigOptions, type ConfigOptions, configRequest } from './config-options.ts';

interface Options extends ConfigOptions {
  readonly json?: boolean;
  readonly resolve?: boolean;
  readonly written?: boolean;
}

export function configCommand(): Command {
  return new Command('config')
    .description('check, show or describe the configuration')
    .addHelpText(
      'after',
      `
A first configuration, in /etc/vpc-canary/config.yaml:
  targets:
    - { name: core, site: dc1, icmp: 10.20.0.1 }
    - { name: erp, site: dc1, tcp: "erp.corp.example:443" }

Examples:
  $ vpc-canary config check
  $ vpc-canary config show --written
  $ vpc-canary config schema > config.schema.json`,
    )
    .addCommand(checkCommand())
    .addCommand(showCommand())
    .addCommand(schemaCommand());
}

function checkCommand(): Command {
  return addConfigOptions(new Command('check'))
    .description('report every problem of the configuration at once, each with its place, what is allowed and the fix')
    .argument('[file]', 'configuration file, as --config')
    .option('--resolve', 'also warn of host names that do not resolve from here')
    .option('--json', 'as JSON')
    .addHelpText(
      'after',
      `
Exit codes: 0 the configuration is good (there may be warnings), 1 it has problems.

Examples:
  $ vpc-canary config check
  $ vpc-canary config check ./config.yaml
  $ vpc-canary config check ./config.yaml --resolve
  $ vpc-canary config check --json | jq -r '.problems[] | .path + ": " + .fix'`,
    )
    .action(async (file: string | undefined, options: Options) => {
      const { check } = await import('./config/check.ts');
      const request = configRequest(file === undefined ? options : { ...options, config: file }, process.env);
      process.exitCode = await check(request, options, { out: print(process.stdout), error: print(process.stderr) });
    });
}

function showCommand(): Command {
  return addConfigOptions(new Command('show'))
    .description('print the configuration in force, with where each value came from; secrets are left out')
    .option('--written', 'leave out what nobody set: defaults and what follows from other values')
    .option('--json', 'as JSON: the configuration, and the origin of each value by its path')
    .addHelpText(
      'after',
      `
From weak to strong: defaults, the file, environment variables, flags.
Every key has a variable: history.maxBytes is VPC_CANARY_HISTORY_MAX_BYTES.

Exit codes: 0 shown, 1 the configuration has problems (they are printed instead).

Examples:
  $ vpc-canary config show
  $ vpc-canary config show --written
  $ VPC_CANARY_LOG_LEVEL=debug vpc-canary config show --set thresholds.window=20s
  $ vpc-canary config show --json | jq '.origins["http.listen"]'`,
    )
    .action(async (options: Options) => {
      const { show } = await import('./config/show.ts');
      const request = configRequest(options, process.env);
      process.exitCode = await show(request, options, { out: print(process.stdout), error: print(process.stderr) });
    });
}

function schemaCommand(): Command {
  return new Command('schema')
    .description('print the JSON Schema of the configuration, from which editors complete and check')
    .addHelpText(
      'after',
      `
Write it beside the configuration and name it in the first line:
  # yaml-language-server: $schema=./config.schema.json

Examples:
  $ vpc-canary config schema > config.schema.json`,
    )
    .action(async () => {
      const { jsonSchema } = await import('../config/json-schema.ts');
      print(process.stdout)(`${JSON.stringify(jsonSchema(), null, 2)}\n`);
    });
}

function print(stream: NodeJS.WriteStream): (text: string) => void {
  return (text) => void stream.write(text);
}
