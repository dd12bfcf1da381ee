/** Rankings of flows, of all and of a choice. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AT, COUNTERS } from '../../agent/flow/counters.ts';
import { FlowTable } from '../../agent/flow/table.ts';
import { ViewBuilder, wantedBy } from '../../agent/flow/view.ts';
import { emptyRow } from '../../agent/kernel/socket-row.ts';
import { ALL_FLOWS, type FlowChoice } from '../../agent/verdict/flows-view.ts';

const GROUPS = [
  { name: 'dc', site: 'dc', category: null },
  { name: 'internet', site: null, category: null },
] as const;

/** 100 flows to a group that move much, and one to another that moves little. */
function full(): FlowTable {
  const table = new FlowTable({
    capacity: 200,
    groups: 2,
    groupOf: (remote) => (remote[0] === 10 ? 0 : 1),
    listens: (port) => port === 22,
    skip: () => false,
  });
  const deltas = new Float64Array(COUNTERS.length);
  for (let index = 0; index <= 100; index += 1) {
    const row = Object.assign(emptyRow(), { localPort: 50_000, remotePort: index < 100 ? 443 : 5432 });
    row.remote.set(index < 100 ? [192, 0, 2, index] : [10, 0, 0, 1]);
    deltas[AT.bytesOut] = index < 100 ? 1000 + index : 1;
    table.add(table.flow(row), deltas, row, false);
  }
  return table;
}

test('a choice is ranked among itself, however far behind all others it is', () => {
  const table = full();
  const top = (choice: Partial<FlowChoice>) => {
    const builder = new ViewBuilder(table, GROUPS, wantedBy({ ...ALL_FLOWS, ...choice }, GROUPS));
    builder.step(1000);
    return builder.top().bytes;
  };
  assert.equal(top({}).length, 40);
  assert.ok(top({}).every(({ group }) => group === 'internet'));
  for (const choice of [{ group: 'dc' }, { port: 5432 }]) {
    assert.deepEqual(
      top(choice).map(({ remote }) => remote),
      ['10.0.0.1'],
    );
  }
  assert.equal(top({ direction: 'client', group: 'internet' }).length, 40);
  assert.deepEqual(top({ direction: 'server' }), []);
  assert.deepEqual(top({ group: 'nowhere' }), []);
});
