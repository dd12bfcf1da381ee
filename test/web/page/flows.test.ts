import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FlowsView } from '../../../agent/verdict/flows-view.ts';
import { coverageWords } from '../../../agent/web/page/flows.ts';
import { fakeSnapshot, NOW, sceneOf } from '../../fakes/console-parts.ts';
import { flow, flowsView } from '../../fakes/flows.ts';
import { textOf } from '../../fakes/markup.ts';
import { ask } from './ask.ts';

function page(flows: FlowsView | null, address = '/flows'): { html: string; text: string } {
  const scene = sceneOf({ ...fakeSnapshot([], [], {}), flows });
  const answer = ask(scene, address);
  assert.equal(answer.status, 200);
  return { html: answer.html, text: textOf(answer.html) };
}

test('the coverage line tells rows against kernel, and what the kernel cannot tell', () => {
  assert.equal(
    coverageWords(flowsView(NOW)),
    'Since the agent began, connections hold 2,392 of the kernel’s 2,401 retransmissions: 99.6 % covered.',
  );
  const old = coverageWords(flowsView(NOW, { old: true }));
  assert.match(
    old,
    /are known for the host only: 44\. This kernel does not tell .* lacks CAP_BPF and CAP_NET_ADMIN\.$/,
  );
  const none = { flows: 0, kernel: null };
  const coverage = { at: null, retransmissions: none, timeouts: none, opened: none };
  assert.equal(coverageWords(flowsView(NOW, { coverage })), 'The kernel’s own totals are not known yet.');
});

test('a flow shows in its numbers, what is not known as a dash', () => {
  const { text } = page(flowsView(NOW), '/flows?by=bytes');
  assert.match(text, /10\.40\.0\.7\s+→ 443/);
  assert.match(text, /2001:db8:1::9\s+← 5432/);
  assert.match(text, /1,800/);
  assert.match(page(flowsView(NOW, { old: true }), '/flows?by=bytes').text, /–/);
});

test('tabs and groups are links and a form: they work without script', () => {
  const { html } = page(flowsView(NOW), '/flows?by=bytes&group=internet');
  assert.match(html, /href="\?by=timeouts&amp;group=internet"/);
  assert.match(html, /<option value="internet" selected>/);
  assert.match(html, /<form class="filter" method="get" action="\/flows">/);
  assert.doesNotMatch(html, /10\.40\.0\.7/);
});

test('an empty ranking says what that means', () => {
  const nothing = { ...flowsView(NOW).top, timeouts: [], loss: [] };
  assert.match(
    page(flowsView(NOW, { top: nothing }), '/flows?by=loss').text,
    /No retransmission, timeout, failed connect or reset/,
  );
  assert.match(
    page(flowsView(NOW, { old: true }), '/flows?by=timeouts').text,
    /does not tell timeouts of each connection/,
  );
  assert.match(page(null).text, /does not read TCP connections.*vpc-canary flows --local/s);
  assert.match(page(flowsView(NOW, { problem: 'modprobe tcp_diag' })).text, /modprobe tcp_diag/);
});

test('the rows and the row of all others are the whole', () => {
  const view = flowsView(NOW);
  const top = {
    ...view.top,
    retransmissions: [flow({ window: { ...view.window, retransmissions: 1700, segmentsOut: 80_000 } })],
  };
  assert.match(page({ ...view, top }).html, /all others<\/th>.*?<td>100<\/td><td>1<\/td>/s);
});
