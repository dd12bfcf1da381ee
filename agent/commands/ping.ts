/** `vpc-canary ping`: the command line. What it does stands in ping/, loaded only when it runs. */
import { Command, Option } from 'commander';
import type { PingOptions } from './ping/plan.ts';

const HELP = `
Every RTT is the difference of two kernel timestamps where the host allows it; the summary says how they were timed
and how far off they may be. Without CAP_NET_RAW it falls back to unprivileged ping sockets and says so.

Examples:
  $ vpc-canary ping 10.20.0.1                          every second until ^C
  $ vpc-canary ping -c 100 -i 0.2 10.20.0.1 erp.corp.example 2001:db8::1
  $ vpc-canary ping -c 3 -s 1472 --df 10.20.0.1        does a full 1500-byte packet pass unfragmented?
  $ vpc-canary ping -q -c 60 $(cat hosts.txt)          a table of many targets
  $ vpc-canary ping --dscp EF -I ens5 10.20.0.1        in the queue of voice, out of one interface
  $ vpc-canary ping --json -c 10 10.20.0.1 | jq '.targets[0].rtt.p99'

JSON: --json prints one object at the end: schema, startedAt, endedAt, mode (raw or ping), options, targets[] (target,
address, problem, sent, received, lost, errors, local, duplicates, late, reordered, corrupt, lossRatio, lossBurst,
rtt {min, p5, p25, p50, p75, p90, p95, p99, max, mean, stddev}, interarrivalJitter, roundTripIpdv, timing, userTimed,
errorBarMs, exactQuantiles, replyTtls[], icmpErrors[], localReasons[]), answered. --json=lines prints one object for
each probe when it is finished (kind: reply, lost, error, local, duplicate, late, corrupt) and then that object with
kind: summary. Durations are ms, ratios 0 to 1, times ms since 1970; what is not known is null.

Exit codes:
  0   every target answered at least once
  1   some target never answered
  2   wrong usage, or a name that does not resolve (the other targets are probed all the same)
  77  neither raw nor ping sockets may be opened; the message names the command that permits it`;

/**
 * `--json` and `--json=lines` are one option to people. To commander an optional value would swallow what follows:
 * `--json 10.20.0.1` would lose its target.
 */
class PingCommand extends Command {
  override parseOptions(argv: string[]): ReturnType<Command['parseOptions']> {
    return super.parseOptions(argv.map((word) => word.replace(/^--json=/, '--json-format=')));
  }
}

export function pingCommand(): Command {
  return new PingCommand('ping')
    .description('probe hosts with ICMP echo, many at once, timed by the kernel')
    .argument('<target...>', 'addresses or host names')
    .option('-c, --count <n>', 'probes per target (default: until ^C)')
    .option('-i, --interval <time>', 'between probes to a target, in seconds or with a unit (200ms)', '1')
    .option('-W, --timeout <time>', 'how long to wait for a reply', '1')
    .option('-s, --size <bytes>', 'ICMP payload; 1472 makes a 1500-byte IPv4 packet', '56')
    .option('--df', 'do not fragment: oversize packets come back as errors with the MTU')
    .addOption(new Option('-M, --pmtudisc <do|dont>', 'as in ping: do is --df').hideHelp())
    .option('--dscp <code>', '0 to 63, or a name such as EF, AF41, CS1', '0')
    .option('-t, --ttl <n>', 'time to live, hop limit', '64')
    .option('-I, --source <address|interface>', 'send from this address or out of this interface')
    .option('-4, --ipv4', 'IPv4 only')
    .option('-6, --ipv6', 'IPv6 only')
    .option('-q, --quiet', 'only the summary')
    .option('--json', 'JSON at the end; --json=lines: a line for each probe as well')
    .addOption(new Option('--json-format <format>').hideHelp())
    .option('--i-own-this-network', 'allow intervals below 0.1 s')
    .addHelpText('after', HELP)
    .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2))
    .action(async (targets: string[], options: PingOptions) => {
      const { runPing } = await import('./ping/session.ts');
      process.exitCode = await runPing(targets, options);
    });
}
