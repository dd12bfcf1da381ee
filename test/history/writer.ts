/**
 * The agent that kill.test.ts kills: writes rows, snapshots and events as fast as it can under a clock that runs
 * ahead, and says after each tick how far it is.
 *
 *   node writer.ts DIRECTORY START-MS
 */
import { writeSync } from 'node:fs';
import { History } from '../../agent/history/history.ts';
import { event, MIB, secondRow } from './rig.ts';

const [directory = '', start = '0'] = process.argv.slice(2);
let now = Number(start);
const history = new History({ directory, maxBytes: 64 * MIB, now: () => now });
let id = history.lastEventId();
const names = ['a', 'b', 'c', 'd', 'e'];

for (;;) {
  for (const name of names) history.writeRows(name, [secondRow(now, [1 + (now % 7), 2])]);
  now += 1_000;
  history.observe({ at: now, targets: names.map((name) => ({ name, state: 'up', since: now })), sites: [] });
  if (now % 30_000 === 0) {
    id += 1;
    history.writeEvent(event(id, now));
  }
  history.tick();
  writeSync(1, `${now} ${id}\n`);
}
