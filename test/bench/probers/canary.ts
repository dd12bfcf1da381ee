/** A pinger on our own engine, as bare as the others: no statistics, no page. Its loop can be blocked. */
import { readFileSync, writeSync } from 'node:fs';
import type { ProbeSink } from '../../../agent/measure/singleton.ts';
import { systemIcmpEngine } from '../../../agent/probe/icmp-system.ts';
import { icmp, literals } from '../../netns/icmp-targets.ts';
import type { Job, Outcome, Reported } from '../peers.ts';
import { blockMainThread } from './block.ts';

const job: Job = JSON.parse(readFileSync(0, 'utf8'));
const unblock = job.blocked ? blockMainThread() : () => {};
const reported: Reported[] = [];
let [sent, received, local, finished] = [0, 0, 0, 0];

const sink: ProbeSink = {
  singleton({ target, sequence, sentWall, outcome }) {
    finished += 1;
    if (outcome.kind === 'local') local += 1;
    else sent += 1;
    if (outcome.kind === 'reply') {
      received += 1;
      const address = job.addresses[target];
      if (!job.quiet && address !== undefined) {
        reported.push({ address, nth: sequence, sentWall, rttMs: outcome.rttMs });
      }
    }
    if (finished === job.addresses.length * job.count) end();
  },
  note() {},
};
const engine = systemIcmpEngine({ count: job.count }, literals(), sink);
engine.setTargets(
  job.addresses.map((host, id) => ({ id, target: icmp(host, { everyMs: job.everyMs, timeoutMs: 1000 }) })),
);
const deadline = setTimeout(() => end(), job.everyMs * job.count + 5000);

function end(): void {
  clearTimeout(deadline);
  unblock();
  void engine.close();
  writeSync(1, JSON.stringify({ sent, received, local, reported } satisfies Outcome));
  process.exit(0);
}
