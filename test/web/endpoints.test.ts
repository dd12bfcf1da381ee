/** Every endpoint over real HTTP: status, type, fields, length, caching, HEAD, both HTTP versions. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { type TestContext, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { Ajv } from 'ajv';
import type { PrtgAnswer } from '../../agent/metric/prtg.ts';
import { sentence } from '../../agent/verdict/sentence.ts';
import type { Snapshot } from '../../agent/verdict/snapshot.ts';
import type { WebParts } from '../../agent/web/server.ts';
import { AT, incident, site, snapshot, target } from '../fakes/small-snapshot.ts';
import { troubledVpc } from '../fakes/vpc.ts';
import { type FakePast, fakeSources } from '../fakes/web-sources.ts';
import { ask, serve, talk } from './client.ts';

const CSS = Buffer.from('body{color:red}'.repeat(200));
const PAGES: WebParts['pages'] = {
  render: ({ path, query, now }) =>
    path.startsWith('/site/')
      ? { status: path === '/site/none' ? 404 : 200, html: `<h1>${path} ${query.get('range')} ${now > 0}</h1>` }
      : null,
  assets: new Map([['/a/page.css.1a2b', { body: CSS, type: 'text/css; charset=utf-8' }]]),
};
const start = (t: TestContext, shot: Snapshot | null = incident(), past: FakePast = {}) => {
  const sources = fakeSources(shot, past);
  return serve(t, sources, {}, { pages: PAGES }).then((server) => ({ server, sources }));
};
const quiet = (): Snapshot => {
  const view = target('t', 's');
  return snapshot([[site('s', [view]), [view]]]);
};

const PATHS = [
  ['/livez', 200, 'text/plain; charset=utf-8', 'no-store'],
  ['/readyz', 200, 'text/plain; charset=utf-8', 'no-store'],
  ['/healthz', 503, 'application/health+json', 'no-store'],
  ['/prtg', 200, 'application/json', 'no-store'],
  ['/metrics', 200, 'text/plain; version=0.0.4; charset=utf-8', 'no-store'],
  ['/api/v1/state', 200, 'application/json', 'private, no-cache'],
  ['/api/v1/history?target=erp', 200, 'application/json', 'private, no-cache'],
  ['/api/v1/events', 200, 'application/json', 'private, no-cache'],
  ['/site/mel-dc2?range=24h', 200, 'text/html; charset=utf-8', 'private, no-cache'],
  ['/a/page.css.1a2b', 200, 'text/css; charset=utf-8', 'public, max-age=31536000, immutable'],
  ['/robots.txt', 200, 'text/plain; charset=utf-8', 'no-store'],
  ['/site/none', 404, 'text/html; charset=utf-8', 'private, no-cache'],
  ['/nothing', 404, 'text/plain; charset=utf-8', 'no-store'],
  ['/a/page.css.0000', 404, 'text/plain; charset=utf-8', 'no-store'],
  ['/api/v2/state', 404, 'application/problem+json', 'no-store'],
] as const;

test('every path: status, type, caching, length, the headers that keep a browser safe', async (t) => {
  const { server } = await start(t);
  for (const [path, status, type, caching] of PATHS) {
    const { headers, body, ...reply } = await ask(server, path);
    assert.equal(reply.status, status, path);
    assert.equal(headers['content-type'], type, path);
    assert.equal(headers['cache-control'], caching, path);
    assert.equal(headers['content-length'], String(body.length), path);
    assert.equal(headers['transfer-encoding'], undefined, path);
    assert.equal(headers['content-encoding'], undefined, `${path} is not compressed unasked`);
    assert.equal(headers['x-content-type-options'], 'nosniff', path);
    assert.equal(headers['referrer-policy'], 'no-referrer', path);
    assert.equal(headers['server'], undefined);
    assert.equal(headers['x-powered-by'], undefined);
    const policy = String(headers['content-security-policy']);
    assert.match(
      policy,
      /^default-src 'none'; .*frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'$/,
      path,
    );
    assert.doesNotMatch(policy, /unsafe|\*|http/, path);
  }
});

test('the VPC: its own path and PRTG view; left out of the state; 404 and an error where AWS is not asked', async (t) => {
  const vpc = troubledVpc(AT);
  const { server } = await start(t, { ...incident(), vpc });
  assert.deepEqual(JSON.parse((await ask(server, '/api/v1/vpc')).text), vpc);
  assert.equal(JSON.parse((await ask(server, '/api/v1/state')).text).vpc, undefined);
  const channels = (JSON.parse((await ask(server, '/prtg?view=vpc')).text) as PrtgAnswer).prtg;
  assert.ok('result' in channels && channels.result.some(({ channel }) => channel === 'Fullest subnet'));
  assert.match((await ask(server, '/prtg?view=vpc&site=mel-dc2')).text, /stands alone/);
  assert.equal((await ask(server, '/api/v1/vpc?x=1')).status, 400);
  const { server: without } = await start(t);
  assert.equal((await ask(without, '/api/v1/vpc')).status, 404);
  assert.match((await ask(without, '/prtg?view=vpc')).text, /vpc\.enabled/);
});

test('HEAD has the same head and no body', async (t) => {
  const { server } = await start(t);
  for (const [path] of PATHS) {
    const head = await ask(server, path, { method: 'HEAD' });
    const get = await ask(server, path);
    assert.equal(head.body.length, 0, path);
    assert.equal(head.status, get.status, path);
    for (const name of ['content-type', 'content-length', 'cache-control', 'etag']) {
      assert.equal(head.headers[name], get.headers[name], `${name} of ${path}`);
    }
  }
});

test('HTTP/1.0, with and without keep-alive, as PRTG may speak it', async (t) => {
  const { server } = await start(t);
  const plain = await talk(server, 'GET /prtg HTTP/1.0\r\n\r\n');
  const [head = '', body = ''] = plain.split('\r\n\r\n');
  assert.match(head, /^HTTP\/1\.1 200 OK\r\n/);
  assert.match(head, /\r\nconnection: close/i);
  assert.match(head, new RegExp(`\r\ncontent-length: ${Buffer.byteLength(body, 'latin1')}\r\n`, 'i'));
  assert.doesNotMatch(head, /transfer-encoding/i);
  assert.ok('result' in JSON.parse(body).prtg);
  const twice = 'GET /livez HTTP/1.0\r\nConnection: keep-alive\r\n\r\nGET /livez HTTP/1.0\r\n\r\n';
  assert.equal((await talk(server, twice)).match(/ok\n/g)?.length, 2);
});

test('Connection: close is honoured; without it the connection stays', async (t) => {
  const { server } = await start(t);
  const closed = await talk(server, 'GET /livez HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
  assert.match(closed, /\r\nconnection: close\r\n/i);
  const both = 'GET /livez HTTP/1.1\r\nHost: x\r\n\r\nGET /livez HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n';
  assert.equal((await talk(server, both)).match(/ok\n/g)?.length, 2);
});

test('gzip for those who ask, of the same bytes', async (t) => {
  const { server } = await start(t);
  for (const path of ['/metrics', '/healthz', '/api/v1/state', '/a/page.css.1a2b']) {
    const plain = await ask(server, path);
    const packed = await ask(server, path, { headers: { 'accept-encoding': 'br, gzip;q=0.8' } });
    assert.equal(packed.headers['content-encoding'], 'gzip', path);
    assert.match(String(packed.headers.vary), /accept-encoding/, path);
    assert.equal(packed.headers['content-length'], String(packed.body.length), path);
    assert.ok(packed.body.length < plain.body.length / 2, path);
    assert.deepEqual(gunzipSync(packed.body), plain.body, path);
  }
  const small = await ask(server, '/livez', { headers: { 'accept-encoding': 'gzip' } });
  assert.equal(small.headers['content-encoding'], undefined);
});

test('a page that did not change is 304, one of the next snapshot is not', async (t) => {
  const { server, sources } = await start(t);
  const { headers } = await ask(server, '/api/v1/state');
  const again = { headers: { 'if-none-match': String(headers.etag) } };
  const same = await ask(server, '/api/v1/state', again);
  assert.equal(same.status, 304);
  assert.equal(same.body.length, 0);
  assert.equal(same.headers.etag, headers.etag);
  sources.publish({ ...incident(), sequence: 18 });
  assert.equal((await ask(server, '/api/v1/state', again)).status, 200);
});

test('the same sentence in /prtg, /healthz and the stream', async (t) => {
  const { server } = await start(t);
  const words = sentence(incident().verdict, incident().at);
  assert.equal(JSON.parse((await ask(server, '/prtg')).text).prtg.text, words);
  assert.equal(JSON.parse((await ask(server, '/healthz')).text).output, words);
  const stream = await talk(server, 'GET /api/v1/stream HTTP/1.0\r\n\r\n', (text) => text.includes('data:'));
  assert.equal(JSON.parse(/data: (.*)/.exec(stream)?.[1] ?? '').sentence, words);
});

test('/prtg answers 200 whatever is asked, and holds to its schema', async (t) => {
  const { server } = await start(t);
  const validate = new Ajv({ strictTypes: false }).compile<PrtgAnswer>(
    JSON.parse(readFileSync('test/metric/prtg.schema.json', 'utf8')),
  );
  for (const [search, error] of [
    ['', false],
    ['?site=mel-dc2', false],
    ['?target=erp', false],
    ['?site=syd-dc1&target=erp', false],
    ['?site=nowhere', /There is no site "nowhere"\. Sites: mel-dc2, syd-dc1\./],
    ['?sit=mel-dc2', /^sit: there is no such parameter; known here: site, target/],
    ['?site=', /^site: is empty/],
    ['?site=a&site=b', /^site: given twice/],
  ] as const) {
    const { status, text } = await ask(server, `/prtg${search}`);
    const answer: PrtgAnswer = JSON.parse(text);
    assert.equal(status, 200, search);
    assert.ok(validate(answer), `${search}: ${JSON.stringify(validate.errors)}`);
    if (error === false) assert.ok('result' in answer.prtg, search);
    else assert.match(answer.prtg.text, error, search);
  }
});

test('/healthz: 503 for a critical site, 200 when well, 404 for a name that is not there', async (t) => {
  const { server, sources } = await start(t);
  assert.equal((await ask(server, '/healthz')).status, 503);
  assert.equal((await ask(server, '/healthz?site=syd-dc1')).status, 200);
  const missing = await ask(server, '/healthz?target=x');
  assert.equal(missing.status, 404);
  assert.equal(missing.headers['content-type'], 'application/problem+json');
  assert.equal(JSON.parse(missing.text).parameter, 'target');
  assert.equal((await ask(server, '/healthz?x=1')).status, 400);
  sources.publish({ ...quiet(), sequence: 18 });
  const well = await ask(server, '/healthz');
  assert.equal(well.status, 200);
  assert.equal(JSON.parse(well.text).status, 'pass');
});

test('/metrics speaks OpenMetrics to those who ask', async (t) => {
  const { server } = await start(t);
  const accept = 'application/openmetrics-text;version=1.0.0;q=0.5,text/plain;version=0.0.4;q=0.2';
  const open = await ask(server, '/metrics', { headers: { accept } });
  assert.equal(open.headers['content-type'], 'application/openmetrics-text; version=1.0.0; charset=utf-8');
  assert.match(open.text, /# EOF\n$/);
  const text = await ask(server, '/metrics');
  assert.equal(text.headers['content-type'], 'text/plain; version=0.0.4; charset=utf-8');
  assert.doesNotMatch(text.text, /# EOF/);
});

test('before the first verdict: alive, not ready, and PRTG is told why', async (t) => {
  const { server, sources } = await start(t, null);
  assert.equal((await ask(server, '/livez')).status, 200);
  for (const path of ['/readyz', '/healthz', '/metrics', '/api/v1/state']) {
    const reply = await ask(server, path);
    assert.equal(reply.status, 503, path);
    assert.equal(reply.headers['retry-after'], '2', path);
  }
  assert.match(JSON.parse((await ask(server, '/prtg')).text).prtg.text, /no verdict yet/);
  sources.publish(quiet());
  assert.equal((await ask(server, '/readyz')).status, 200);
});

test('/api/v1/state is the snapshot', async (t) => {
  const { server } = await start(t);
  assert.deepEqual(JSON.parse((await ask(server, '/api/v1/state')).text), JSON.parse(JSON.stringify(incident())));
  assert.equal((await ask(server, '/api/v1/state?x')).status, 400);
});

const ROW = {
  at: 0,
  sent: 1,
  received: 1,
  local: 0,
  rtt: null,
  jitter: null,
  timing: 'kernel' as const,
  errorBarMs: 0.05,
  histogram: [[4.2, 1] as const],
};

test('/api/v1/history: rows and spans of a target, spans of a site', async (t) => {
  const spans = [{ from: 1000, to: 2000, state: 'up' }] as const;
  const { server, sources } = await start(t, incident(), { series: { stepMs: 1000, rows: [ROW] }, spans });
  const range = 'from=1970-01-01T00:00:01Z&to=2000';
  const found = JSON.parse((await ask(server, `/api/v1/history?target=erp&${range}&columns=100`)).text);
  assert.deepEqual(found, {
    target: 'erp',
    from: 1000,
    to: 2000,
    oldest: 1_000_000,
    stepMs: 1000,
    rows: [{ ...ROW, histogram: [] }],
    spans,
  });
  assert.deepEqual(sources.asked, [
    ['spans', 'target', 'erp', 1000, 2000],
    ['series', 'erp', 1000, 2000, 100],
  ]);
  const heat = JSON.parse((await ask(server, `/api/v1/history?target=erp&${range}&histogram=1`)).text);
  assert.deepEqual(heat.rows[0].histogram, [[4.2, 1]]);
  const ofSite = JSON.parse((await ask(server, `/api/v1/history?site=mel-dc2&${range}`)).text);
  assert.deepEqual(ofSite, { site: 'mel-dc2', from: 1000, to: 2000, oldest: 1_000_000, spans });
});

test('/api/v1/history: what is wrong is named', async (t) => {
  const { server } = await start(t);
  for (const [search, status, parameter, words] of [
    ['', 400, 'target', /give a target= or a site=/],
    ['?target=erp&site=x', 400, 'target', /one of them/],
    ['?target=nowhere', 404, 'target', /There is no target "nowhere"/],
    ['?site=nowhere', 404, 'site', /There is no site "nowhere"/],
    ['?target=erp&from=soon', 400, 'from', /"soon" is not a time/],
    ['?target=erp&from=2000&to=1000', 400, 'from', /before to/],
    ['?target=erp&columns=0', 400, 'columns', /from 1 to 2000/],
    ['?target=erp&columns=1e3', 400, 'columns', /whole number/],
    ['?target=erp&histogram=yes', 400, 'histogram', /not one of 0, 1/],
    ['?target=erp&colums=5', 400, 'colums', /known here: target, site, from, to, columns, histogram/],
    ['?site=mel-dc2&columns=5', 400, 'site', /no rows/],
  ] as const) {
    const reply = await ask(server, `/api/v1/history${search}`);
    assert.equal(reply.status, status, search);
    assert.equal(reply.headers['content-type'], 'application/problem+json', search);
    const problem = JSON.parse(reply.text);
    assert.equal(problem.parameter, parameter, search);
    assert.equal(problem.status, status);
    assert.match(problem.detail, words, search);
  }
});

test('/api/v1/events: filters are handed on, pages are linked', async (t) => {
  const [event] = incident().events;
  assert.ok(event);
  const events = [5, 4, 3].map((id) => ({ ...event, id }));
  const { server, sources } = await start(t, incident(), { events });
  const first = JSON.parse((await ask(server, '/api/v1/events?limit=2&kind=site&site=mel-dc2&from=1&to=2')).text);
  assert.deepEqual(
    first.events.map(({ id }: { id: number }) => id),
    [5, 4],
  );
  assert.equal(first.next, 4);
  assert.deepEqual(sources.asked[0], ['events', { from: 1, to: 2, site: 'mel-dc2', kind: 'site', limit: 2 }]);
  const second = JSON.parse((await ask(server, `/api/v1/events?limit=2&before=${first.next}`)).text);
  assert.equal(second.events[0].id, 3);
  assert.equal(second.next, null);
  assert.equal((await ask(server, '/api/v1/events?kind=weather')).status, 400);
  assert.equal((await ask(server, '/api/v1/events?limit=1001')).status, 400);
});

test('pages get path, query and time; ten quick requests cost one rendering', async (t) => {
  let rendered = 0;
  const render = () => ({ status: 200, html: `<h1>${++rendered}</h1>` });
  const server = await serve(t, fakeSources(quiet()), {}, { pages: { render, assets: new Map() } });
  for (let i = 0; i < 10; i += 1) assert.equal((await ask(server, '/')).status, 200);
  assert.ok(rendered <= 3, `${rendered} renderings`);
  const { server: other } = await start(t);
  assert.match((await ask(other, '/site/mel-dc2?range=24h')).text, /^<h1>\/site\/mel-dc2 24h true<\/h1>$/);
});

test('an endpoint that fails is a 500 in words and a line in the log, and the next request is answered', async (t) => {
  const lines: string[] = [];
  const render = () => {
    throw new Error('secret detail');
  };
  const server = await serve(
    t,
    fakeSources(quiet()),
    { log: (_, message) => lines.push(message) },
    { pages: { render, assets: new Map() } },
  );
  const reply = await ask(server, '/');
  assert.equal(reply.status, 500);
  assert.doesNotMatch(reply.text, /secret/);
  assert.equal((await ask(server, '/livez')).status, 200);
  assert.match(lines.join(), /cannot answer \//);
});
