/**
 * Loss of our own making: 10,000 probes a second to a host on a veth pair whose kernel answers every one of them.
 * What is missing was lost in the sender. What a program could not read in time it must call overload, not loss.
 */
import { Lab } from '../netns/lab.ts';
import { addressList, buildRawSocket, canary, fpingSpread, rawSocket } from './peers.ts';
import { runPeer } from './running.ts';
import type { Bench, Line, Report } from './table.ts';

const TARGETS = 1000;
const EVERY_MS = 100;

async function run(quick: boolean, say: (text: string) => void): Promise<Report> {
  const problem = buildRawSocket();
  const lines: Line[] = [];
  const lab = new Lab();
  try {
    const [sender, far] = [lab.host('sender'), lab.host('far')];
    lab.link(sender, far, ['10.29.0.1/24'], ['10.29.0.2/24']);
    sender.ip('route add 10.30.0.0/16 via 10.29.0.2');
    far.ip('route add local 10.30.0.0/16 dev lo');
    for (const peer of [canary, fpingSpread, ...(problem === null ? [rawSocket] : [])]) {
      for (const blocked of peer.node ? [false, true] : [false]) {
        say(`${peer.name}${blocked ? ', main thread blocked' : ''}`);
        const count = quick ? 30 : 200;
        const job = { addresses: addressList(TARGETS), everyMs: EVERY_MS, count, blocked, quiet: true };
        const { sent, received, local, steady } = await runPeer(sender, peer, job);
        lines.push({
          who: peer.name,
          what: blocked ? 'main thread blocked 50 of 60 ms' : 'idle',
          figures: {
            lost: sent - received,
            'lost, %': ((sent - received) / sent) * 100,
            overload: local,
            '% of a core': steady === null ? null : (steady.cpuMs / steady.wallMs) * 100,
          },
          n: sent,
        });
      }
    }
  } finally {
    lab.close();
  }
  const ours = lines.filter((l) => l.who === canary.name);
  return {
    title: `Own loss at ${(TARGETS * 1000) / EVERY_MS} probes a second on veth`,
    lines,
    budgets: ours.map((l) => ({
      text:
        l.what === 'idle'
          ? 'no own loss, no overload'
          : `no own loss, ${l.what} (what was not sent in time is overload)`,
      holds: l.figures['lost'] === 0 && (l.what !== 'idle' || l.figures['overload'] === 0),
      found: `${l.figures['lost']} of ${l.n} lost, ${l.figures['overload']} not judged for overload`,
    })),
    missing: problem === null ? [] : [`raw-socket: ${problem}`],
  };
}

export const ownLoss: Bench = { name: 'own-loss', about: 'loss of our own making at 10,000 probes a second', run };
