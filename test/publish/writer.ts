/**
 * The agent that kill.test.ts kills: closes periods and sends them as fast as it can, time running a thousand times
 * too fast. Before a period is closed nothing is promised; after, its number stands in `closed`. What "CloudWatch"
 * has taken stands in `taken`, a line a request, after a line at each begin.
 *
 *   node writer.ts DIRECTORY FIRST-NUMBER
 */
import { openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as immediate } from 'node:timers/promises';
import { Sender } from '../../agent/publish/sender.ts';
import { Spool } from '../../agent/publish/spool.ts';

const SPEED = 1000;
const [directory = '', first = '0'] = process.argv.slice(2);
const closed = openSync(join(directory, 'closed'), 'a');
const taken = openSync(join(directory, 'taken'), 'a');
const began = Date.now();
const now = (): number => began + (Date.now() - began) * SPEED;

async function main(): Promise<void> {
  const spool = new Spool({ directory: join(directory, 'spool'), maxBytes: 64e6, now });
  const sender = new Sender({
    spool,
    sink: {
      put: async (data) => {
        await immediate();
        if (Math.random() < 0.1) {
          return {
            ok: false,
            failure: { class: 'transient', code: 'any', status: null, text: 'not now', remedy: 'wait' },
          };
        }
        writeSync(taken, `${data.map(({ values }) => values[0]).join(' ')}\n`);
        // the answer is on its way: killed here, the request is sent again
        await immediate();
        return { ok: true };
      },
      dropCredentials: () => undefined,
    },
    periodMs: 1000,
    instance: 'i-1',
    now,
    random: Math.random,
    after: (ms, callback) => {
      const timer = setTimeout(callback, ms / SPEED);
      return () => clearTimeout(timer);
    },
  });
  void spool.open().then(() => sender.resume());
  writeSync(taken, 'life\n');
  writeSync(1, '.');
  for (let number = Number(first); ; number += 1) {
    const dimensions = [['VpcId', `vpc-${number % 40}`]] as const;
    const values = [[number, 1]] as const;
    const stored = await spool.append(now(), [
      { name: 'Heartbeat', unit: 'Count', dimensions, values, resolution: 60 },
    ]);
    writeSync(closed, `${number}\n`);
    writeSync(1, '.');
    sender.offer(stored);
    await immediate();
  }
}

void main();
