/**
 * The agent that event-kill.test.ts kills: appends events and sends them as fast as it can. Before an append has ended
 * nothing is promised; after, the event's number stands in `closed`. What "EventBridge" has taken stands in `taken`, a
 * line a request, after a line at each begin.
 *
 *   node event-writer.ts DIRECTORY FIRST-NUMBER
 */
import { openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as immediate } from 'node:timers/promises';
import { EventSender } from '../../agent/publish/event-sender.ts';
import { EventStore } from '../../agent/publish/event-store.ts';

const [directory = '', first = '0'] = process.argv.slice(2);
const closed = openSync(join(directory, 'closed'), 'a');
const taken = openSync(join(directory, 'taken'), 'a');
const failure = { class: 'transient', code: 'any', status: null, text: 'not now', remedy: 'wait' } as const;

async function main(): Promise<void> {
  const store = new EventStore({ directory: join(directory, 'events'), maxBytes: 1e7 });
  const sender = new EventSender({
    store,
    sink: {
      put: async (events) => {
        await immediate();
        const outcomes = events.map(() => (Math.random() < 0.2 ? failure : null));
        const numbers = events.filter((_, i) => outcomes[i] === null).map(({ detail }) => detail);
        if (numbers.length > 0) writeSync(taken, `${numbers.join(' ')}\n`);
        // the answer is on its way: killed here, the request is sent again
        await immediate();
        return { ok: true, value: outcomes };
      },
    },
    now: Date.now,
    random: Math.random,
    after: (_, callback) => {
      const timer = setImmediate(callback);
      return () => clearImmediate(timer);
    },
  });
  writeSync(taken, 'life\n');
  writeSync(1, '.');
  await store.open();
  sender.wake();
  for (let number = Number(first); ; number += 1) {
    await store.append([
      { source: 'vpc-canary', detailType: 'any', detail: String(number), at: Date.now(), resources: [] },
    ]);
    writeSync(closed, `${number}\n`);
    writeSync(1, '.');
    sender.wake();
    await immediate();
  }
}

void main();
