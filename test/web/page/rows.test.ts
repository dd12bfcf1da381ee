import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type PageQuery, parseQuery } from '../../../agent/web/page/query.ts';
import { siteRows, toggled } from '../../../agent/web/page/rows.ts';
import { allUp, many } from '../../fakes/console.ts';
import { incident } from '../../fakes/console-incident.ts';
import { fakeSnapshot, fakeTarget, NOW } from '../../fakes/console-parts.ts';

const query = (text: string): PageQuery => parseQuery(new URLSearchParams(text), NOW);
const shape = (text: string, scene = incident()): string[] =>
  siteRows(scene.snapshot, query(text)).map(
    ({ site, rows, restUp }) => `${site.name} ${rows.length}${restUp > 0 ? `+${restUp}` : ''}`,
  );

test('no trouble and few targets: all open; many: one line a site', () => {
  assert.deepEqual(shape('', allUp()), ['mel-dc2 4', 'syd-dc1 4', 'akl-branch 2', 'per-dc3 1', 'reference 2']);
  assert.ok(siteRows(many(200, false).snapshot, query('')).every(({ rows }) => rows.length === 0));
});

test('trouble: only what is not up is open, the worse first', () => {
  assert.deepEqual(shape(''), ['mel-dc2 4', 'akl-branch 2', 'per-dc3 1', 'syd-dc1 0', 'reference 0']);
});

test('the address opens and shuts against the rule', () => {
  assert.deepEqual(shape('open=reference&shut=mel-dc2'), [
    'mel-dc2 0',
    'akl-branch 2',
    'per-dc3 1',
    'syd-dc1 0',
    'reference 2',
  ]);
  assert.deepEqual(shape('open=all'), ['mel-dc2 4', 'akl-branch 2', 'per-dc3 1', 'syd-dc1 4', 'reference 2']);
});

test('a large site shows what is not up and counts the rest, unless opened by hand', () => {
  const targets = Array.from({ length: 40 }, (_, index) =>
    fakeTarget({ name: `t${index}`, site: 's', label: 'x', state: index === 7 ? 'down' : 'up' }),
  );
  const [site] = many(20, false).snapshot.sites;
  const sites = [{ ...site!, name: 's', state: 'degraded' as const, targets: targets.map(({ name }) => name) }];
  const snapshot = fakeSnapshot(targets, sites, {});
  const one = (text: string): [number, number] => {
    const [only] = siteRows(snapshot, query(text));
    return [only?.rows.length ?? -1, only?.restUp ?? -1];
  };
  assert.deepEqual(one(''), [1, 39]);
  assert.deepEqual(one('open=s'), [40, 0]);
});

test('the filter finds names, addresses, sites, kinds and states, and opens what it finds', () => {
  assert.deepEqual(shape('q=MEL-F'), ['mel-dc2 1']);
  assert.deepEqual(shape('q=10.20.0.53'), ['syd-dc1 1']);
  assert.deepEqual(shape('q=reference'), ['reference 2']);
  assert.deepEqual(shape('q=http'), ['syd-dc1 1']);
  assert.deepEqual(shape('q=degraded'), ['akl-branch 1']);
  assert.deepEqual(shape('q=nothing-like-it'), []);
});

test('a toggle undoes itself', () => {
  const opened = toggled('a', false, query('open=b'));
  assert.deepEqual(opened, { open: ['b', 'a'], shut: [] });
  assert.deepEqual(toggled('a', true, { ...query(''), ...opened }), { open: ['b'], shut: ['a'] });
});
