/** The renderers over whole stories, as the real observer tells them: what they say fits together, and parses. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { type TestContext, test } from 'node:test';
import { Ajv } from 'ajv';
import { statusText } from '../../agent/commands/status-text.ts';
import { renderHealth } from '../../agent/metric/health.ts';
import { NO_LIMIT_PAIR, renderNagios } from '../../agent/metric/nagios.ts';
import { renderPrometheus } from '../../agent/metric/prometheus.ts';
import { LOOKUP, type PrtgAnswer, renderPrtg } from '../../agent/metric/prtg.ts';
import { sentence } from '../../agent/verdict/sentence.ts';
import type { Snapshot } from '../../agent/verdict/snapshot.ts';
import * as stories from '../fakes/snapshots.ts';

const STORIES: Readonly<Record<string, () => Snapshot>> = {
  allUp: stories.allUp,
  melDown: stories.melDown,
  melDownExplained: stories.melDownExplained,
  aklLossy: stories.aklLossy,
  perFiltered: stories.perFiltered,
  erpRefuses: stories.erpRefuses,
  manyTroubles: stories.manyTroubles,
  measuring: stories.measuring,
  nothingConfigured: stories.nothingConfigured,
  noRoute: stories.noRoute,
  overload: stories.overload,
  hostileNames: stories.hostileNames,
  twoHundred: stories.twoHundred,
};
const ALL = { site: null, target: null };
const validate = new Ajv({ allErrors: true, strictTypes: false }).compile<PrtgAnswer>(
  JSON.parse(readFileSync('test/metric/prtg.schema.json', 'utf8')),
);

/** The questions one can ask of a snapshot: everything, each site, some targets. */
function questions(shot: Snapshot) {
  const sites = shot.sites.map(({ name }) => ({ site: name, target: null }));
  const targets = shot.targets.slice(0, 20).map(({ name }) => ({ site: null, target: name }));
  return [ALL, ...sites, ...targets];
}

for (const [name, story] of Object.entries(STORIES)) {
  test(`${name}: PRTG's schema holds for everything, each site, each target`, () => {
    for (const names of questions(story())) {
      const answer = renderPrtg(story(), names);
      assert.ok(
        validate(JSON.parse(JSON.stringify(answer))),
        `${JSON.stringify(names)} ${JSON.stringify(validate.errors)}`,
      );
      assert.ok('result' in answer.prtg, answer.prtg.text);
      const channels = answer.prtg.result.map(({ channel }) => channel.toLowerCase());
      assert.equal(new Set(channels).size, channels.length, 'a name stands twice');
    }
  });

  test(`${name}: one sentence and one state in PRTG, health, Nagios and status`, () => {
    const shot = story();
    const words = sentence(shot.verdict, shot.at);
    const { prtg } = renderPrtg(shot, ALL);
    assert.ok('result' in prtg && prtg.text.startsWith(words), prtg.text);
    assert.equal(prtg.result[0]?.value, LOOKUP[shot.verdict.state]);
    const health = renderHealth(shot, ALL);
    assert.ok(health.ok);
    assert.equal(health.body.notes[0], words);
    assert.equal(
      health.httpStatus === 503,
      shot.sites.some((site) => site.critical && site.state === 'down'),
    );
    if (health.body.status === 'pass') assert.equal(shot.verdict.state, 'up');
    const nagios = renderNagios(shot, ALL, NO_LIMIT_PAIR);
    assert.equal(nagios.code, LOOKUP[shot.verdict.state]);
    const flat = (text: string): string => text.replace(/[\s|/·]+/g, ' ');
    assert.ok(flat(nagios.output).includes(flat(words)), nagios.output);
    const status = statusText(shot, 0, { color: false, width: 1000 });
    assert.ok(flat(status.split('\n')[0] ?? '').includes(flat(words)), status);
    assert.doesNotMatch(status + nagios.output + JSON.stringify(health.body), /undefined|NaN|\[object/);
  });

  test(`${name}: promtool finds nothing wrong`, (t: TestContext) => {
    const { status, stderr, error } = spawnSync('promtool', ['check', 'metrics'], {
      input: renderPrometheus(story(), 'text'),
      encoding: 'utf8',
    });
    if (error !== undefined) return t.skip('needs promtool (Debian: prometheus)');
    assert.equal(stderr, '');
    assert.equal(status, 0);
  });
}

test('the histogram of the real observer is cumulative, in seconds, and counts what was received', () => {
  for (const target of stories.allUp().targets) {
    const { bounds, counts, count, sum } = target.rttHistogram;
    assert.equal(count, target.totals.received);
    assert.deepEqual(
      counts,
      counts.toSorted((a, b) => a - b),
    );
    assert.deepEqual(
      bounds,
      bounds.toSorted((a, b) => a - b),
    );
    const p50 = target.last60s.rtt?.p50 ?? 0;
    assert.ok(Math.abs((sum / count) * 1000 - p50) < p50, `${target.name}: mean ${sum / count} s, median ${p50} ms`);
  }
});
