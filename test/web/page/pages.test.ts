import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { assets, renderPage } from '../../../agent/web/page/pages.ts';
import { allUp, HOSTILE_NAMES, hostile, many, noPrivilege, nothingConfigured, starting } from '../../fakes/console.ts';
import { degraded, incident } from '../../fakes/console-incident.ts';
import { attributeNames, attributes, textOf, unbalanced } from '../../fakes/markup.ts';
import { ask } from './ask.ts';

const ADDRESSES = [
  '/',
  '/?open=all&q=e',
  '/site/mel-dc2',
  '/target/mel-core?range=14d',
  '/target/mel-core?range=14d&view=heat',
  '/target/mel-core?view=table&tz=local&refresh=5',
  '/target/akl-gw?range=10min',
  '/events?range=14d&site=mel-dc2&kind=vpc',
  '/agent',
  '/flows',
  '/flows?by=bytes&group=internet',
  '/flows?by=timeouts&group=nowhere',
  '/vpc',
  '/vpc?open=all&range=7d',
  '/vpc?open=rtb-07c1e5a9b3d2f4a61',
  '/paths',
];

test('every view of every scene is whole HTML without style attributes, inline script or foreign address', () => {
  for (const make of [allUp, incident, degraded, noPrivilege, nothingConfigured, starting, hostile]) {
    const scene = make();
    for (const address of ADDRESSES) {
      const { html } = ask(scene, address);
      const name = `${make.name} ${address}`;
      assert.deepEqual(unbalanced(html), [], name);
      assert.deepEqual(
        [...attributeNames(html)].filter((one) => /^(style|on.*|srcdoc|action:.*)$/i.test(one)),
        [],
        name,
      );
      assert.deepEqual(/<script(?! src="\/a\/)|NaN|undefined|\[object/.exec(html)?.[0], undefined, name);
      assert.deepEqual(
        [...attributes(html, 'href'), ...attributes(html, 'src')].filter(
          (href) => !/^([/?#]|https:\/\/docs\.aws\.amazon\.com\/)/.test(href),
        ),
        [],
        name,
      );
      const ids = attributes(html, 'id');
      assert.equal(new Set(ids).size, ids.length, `${name}: an id twice`);
    }
  }
});

test('keys of the configuration break between their words only', () => {
  const { html } = ask(allUp(), '/agent');
  assert.match(html, /<th scope="row" class="mono">[a-z]+\.<wbr>[a-zA-Z.<>]+<\/th>/);
});

test('views that do not exist yet are not linked and answer 404 in plain words', () => {
  const scene = incident();
  for (const address of ['/paths', '/paths', '/report', '/site', '/site/a/b', '/site/nowhere', '/target/nothing']) {
    const { status, html } = ask(scene, address);
    assert.equal(status, 404, address);
    assert.match(html, /There is no such page/);
  }
  for (const address of ADDRESSES) assert.doesNotMatch(ask(scene, address).html, /href="\/(paths|report)/);
});

test('every link on every page leads to a page', () => {
  const scene = incident();
  const seen = new Set<string>();
  for (const address of ADDRESSES) {
    for (const href of attributes(ask(scene, address).html, 'href')) {
      const url = new URL(href, new URL(address, 'http://page'));
      if (url.host === 'docs.aws.amazon.com') continue;
      if (url.pathname.startsWith('/a/')) assert.ok(assets().has(url.pathname), href);
      else if (!/^\/(api|healthz|metrics|prtg)/.test(url.pathname) && url.pathname !== '/paths')
        seen.add(url.pathname + url.search);
    }
  }
  assert.ok(seen.size > 40, `${seen.size}`);
  for (const address of seen) assert.equal(ask(scene, address).status, 200, address);
});

test('what cannot be a page is left to the server', () => {
  const { sources } = allUp();
  for (const path of ['/a/style.css.old', '/api/v1/nothing', '/api', '/a']) {
    assert.equal(renderPage({ path, query: new URLSearchParams(), now: 0 }, sources), null, path);
  }
});

test('an address that cannot be understood is answered 400, with the page', () => {
  const { status, html } = ask(incident(), '/?range=3h');
  assert.equal(status, 400);
  assert.match(html, /mel-dc2 is unreachable/);
});

test('before the first snapshot a page says so and reloads', () => {
  const answer = renderPage(
    { path: '/', query: new URLSearchParams(), now: 0 },
    { ...allUp().sources, snapshot: () => null },
  );
  assert.equal(answer?.status, 200);
  assert.match(answer?.html ?? '', /http-equiv="refresh" content="1"/);
});

test('an old snapshot is called so by the server already', () => {
  const scene = allUp();
  const late = renderPage({ path: '/', query: new URLSearchParams(), now: scene.snapshot.at + 9000 }, scene.sources);
  assert.match(textOf(late?.html ?? ''), /no data for 9 s/);
  assert.match(textOf(ask(scene, '/').html), /snapshot 03:14:22/);
});

test('title and icon say the state', () => {
  assert.match(
    ask(incident(), '/').html,
    /<title>■ mel-dc2 is unreachable · prod-syd<\/title>\n<link rel="icon" type="image\/svg\+xml" href="\/a\/down\.svg/,
  );
  assert.match(
    ask(allUp(), '/').html,
    /<title>● All 13 targets at 5 sites answer · prod-syd<\/title>\n<link rel="icon" [^>]*href="\/a\/up\.svg/,
  );
});

test('every target says how it was timed and within what error', () => {
  assert.match(
    textOf(ask(allUp(), '/target/mel-core').html),
    /Round trips timed by kernel stamps, each within ± 0\.004 ms/,
  );
  assert.match(textOf(ask(allUp(), '/').html), /round trips timed by kernel stamps, each within ± 0\.004 ms/);
});

test('hostile names are text, and lead where they should', () => {
  const scene = hostile();
  const text = textOf(ask(scene, '/').html);
  for (const name of HOSTILE_NAMES) {
    assert.ok(text.includes(name), name);
    const { status, html } = ask(scene, `/target/${encodeURIComponent(name)}`);
    assert.equal(status, 200, name);
    assert.ok(textOf(html).includes(name));
  }
  assert.doesNotMatch(ask(scene, '/').html, /<script>|<img|<b>&/);
});

test('200 targets weigh under 60 KB compressed, all in and all open; 1,000 closed under 40', () => {
  const weigh = (html: string): number => gzipSync(html).length;
  const rest = [...assets()]
    .filter(([path]) => !path.includes('.svg'))
    .reduce((sum, [, { body }]) => sum + gzipSync(body).length, 0);
  const all = weigh(ask(many(200, true), '/?open=all').html) + rest;
  assert.ok(all < 60_000, `${all}`);
  const thousand = weigh(ask(many(1000, true), '/').html) + rest;
  assert.ok(thousand < 40_000, `${thousand}`);
});

test('a second of a page that is open costs history nothing', () => {
  const scene = many(200, true);
  const history = scene.sources.history as unknown as { asked: number };
  ask(scene, '/?open=all&range=1h');
  const first = history.asked;
  scene.next({ ...scene.snapshot, sequence: 2, at: scene.snapshot.at + 1000 });
  ask(scene, '/?open=all&range=1h');
  assert.ok(first > 400, `${first}`);
  assert.equal(history.asked - first, 1, 'events only');
});
