import assert from 'node:assert/strict';
import { test } from 'node:test';
import { flowsText, type Shape } from '../../../agent/commands/flows/text.ts';
import { flow, flowsView } from '../../fakes/flows.ts';

const AT = Date.UTC(2026, 2, 1, 3, 14, 22);
const SHAPE: Shape = {
  by: 'bytes',
  group: null,
  port: null,
  direction: null,
  rows: 20,
  width: 250,
  color: false,
  owners: null,
};
const text = (over: Partial<Shape> = {}, flows = flowsView(AT)): string =>
  flowsText(flows, 'the agent', { ...SHAPE, ...over });

test('all columns on a wide screen', () => {
  assert.equal(
    text(),
    `the agent: 3 connections open, 10 new ones in 600 s, 114.4 MiB out, 45.8 MiB in
1,800 retransmissions (2 % of segments), 40 timeouts, 1 failed connect, 2 resets; flows hold 2,392 of the kernel's 2,401 retransmissions

by data
LOCAL      REMOTE        PORT GROUP    OPEN NEW       OUT       IN RETRANS % RTO RTTp50 p99  min       RATE FAILED RESET
10.0.1.5 → 10.40.0.7      443 mel-dc2     2  10 114.4 MiB 45.8 MiB   1,800 2  40   11.2 240 10.9 11.4 MiB/s      1     2
10.0.1.5 ← 2001:db8:1::9 5432 internet    2  10     900 B 45.8 MiB       0 0   0      -   -    -          -      0     0
`,
  );
});

test('a narrow screen gives up what matters least, and no line is longer', () => {
  for (const width of [60, 80, 100, 120]) {
    const lines = text({ width }).split('\n');
    assert.ok(
      lines.every((line) => line.length <= width),
      `${width}: ${lines.join('\n')}`,
    );
    assert.match(lines[4]!, /REMOTE.*PORT.*RETRANS/);
  }
});

test('filters by group or site, port and direction', () => {
  assert.doesNotMatch(text({ group: 'internet' }), /10\.40\.0\.7/);
  assert.match(text({ port: 443 }), /10\.40\.0\.7/);
  assert.doesNotMatch(text({ port: 443 }), /5432/);
  assert.doesNotMatch(text({ direction: 'client' }), /5432/);
  assert.match(text({ port: 1 }), /No flow with data among those asked for in this time\./);
});

test('what the kernel cannot tell is a dash or said in words, never 0', () => {
  const old = flowsView(AT, { old: true });
  assert.match(text({}, old), /timeouts not told by this kernel.*resets not told by this kernel/);
  assert.match(text({}, old), /1,800 2 +- /);
  assert.match(text({ by: 'timeouts' }, old), /Linux 6\.7 and later/);
});

test('events that were lost and problems stand above the table', () => {
  const flows = flowsView(AT, { problem: 'modprobe tcp_diag', warnings: ['broken file'] });
  assert.match(
    text({}, { ...flows, reader: { ...flows.reader, eventsLost: 12 } }),
    /12 ends .*\nmodprobe tcp_diag\nbroken file/,
  );
});

test('names cannot steer the terminal, owners are a column', () => {
  const evil = flowsView(AT);
  const out = text(
    { owners: () => 'nginx 812' },
    { ...evil, top: { ...evil.top, bytes: [flow({ group: '\x1b[2Jx' })] } },
  );
  assert.ok(!out.includes('\u001b'));
  assert.match(out, /PROCESS\n.*nginx 812$/m);
});
