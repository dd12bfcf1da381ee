import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sentence } from '../../../agent/verdict/sentence.ts';
import type { Verdict } from '../../../agent/verdict/snapshot.ts';
import { headline } from '../../../agent/web/page/verdict.ts';
import { allUp, noPrivilege, starting } from '../../fakes/console.ts';
import { degraded, incident } from '../../fakes/console-incident.ts';
import { NOW } from '../../fakes/console-parts.ts';
import { textOf } from '../../fakes/markup.ts';

test('the headline has the words of every other place', () => {
  const verdicts: Verdict[] = [allUp, incident, degraded, noPrivilege, starting].map(
    (scene) => scene().snapshot.verdict,
  );
  const yesterday = verdicts.map((verdict) => ({ ...verdict, since: NOW - 86_400_000 }));
  for (const verdict of [...verdicts, ...yesterday]) {
    assert.equal(`${textOf(headline(verdict, NOW))}.`, sentence(verdict, NOW));
  }
});

test('its times are elements, to a tenth for an outage', () => {
  const text = String(headline(incident().snapshot.verdict, NOW));
  assert.match(text, /<time datetime="2026-11-21T03:02:17\.400Z" data-p="tenth">03:02:17\.4<\/time>/);
  assert.match(text, /data-since="\d+">12 min 4 s</);
});
