/** Script: the stream. Patches numbers, notices silence, comes back by itself. */
export const liveScript = `
const SILENT_MS = 5000;
const live = {
  title: document.title,
  icon: document.querySelector('link[rel=icon]')?.getAttribute('href') ?? '',
  /** 'live' by the stream, 'polled' when only pages are answered, 'snapshot' before the first. */
  mode: 'snapshot',
  heard: Date.now(),
  tries: 0,
  /** @type {EventSource | null} */ stream: null,
  retry: 0,
  drawing: false,
  sentence: '',
};
/** @type {Map<string, HTMLElement[]>} */
const rows = new Map();

function connect() {
  clearTimeout(live.retry);
  live.stream?.close();
  const stream = new EventSource('/api/v1/stream');
  live.stream = stream;
  for (const name of ['message', 'full', 'tick']) {
    stream.addEventListener(name, (event) => {
      if (live.stream === stream) hear(JSON.parse(/** @type {MessageEvent} */ (event).data));
    });
  }
  // An EventSource gives up for good after an answer such as 502, so every error is answered by a new one.
  stream.onerror = () => {
    if (live.stream === stream) lost();
  };
}

function lost() {
  live.stream?.close();
  live.stream = null;
  clearTimeout(live.retry);
  live.retry = setTimeout(connect, Math.min(8000, 500 * 2 ** live.tries));
  live.tries += 1;
  // The agent may answer pages while it has no stream left to give.
  if (live.tries > 1) redraw().then((ok) => { if (ok && live.stream?.readyState !== 1) beat('polled'); });
}

/** @param {string} mode */
function beat(mode) {
  live.mode = mode;
  live.heard = Date.now();
  showLive();
}

/**
 * One message of the stream: what changed within a second.
 * @param {{ at: number, structure: string, sentence?: string, targets?: unknown[][], sites?: unknown[][], subnets?: unknown[][] }} message
 */
function hear(message) {
  const gone = live.mode !== 'live' || Date.now() - live.heard > SILENT_MS;
  const returned = gone && live.tries > 0;
  live.tries = 0;
  shared.at = message.at;
  if (message.sentence !== undefined) patchSentence(message.sentence);
  for (const row of message.targets ?? []) patchTarget(row);
  for (const row of message.sites ?? []) patchSite(row);
  for (const row of message.subnets ?? []) patchSubnet(row);
  paintAges();
  beat('live');
  if (message.structure !== seen.structure || returned) drawSoon(true);
  settle();
}

/** Before anything is judged the sentence counts down. @param {string} sentence */
function patchSentence(sentence) {
  live.sentence = sentence;
  const tail = document.querySelector('.verdict [data-tail]');
  const subject = tail?.parentElement?.querySelector('.subject')?.textContent ?? '';
  if (tail && sentence.startsWith(subject)) setText(tail, sentence.slice(subject.length).replace(/\\.$/, ''));
}

/** At most one redrawing at a time, and not more than one a second. @param {boolean} speak */
async function drawSoon(speak) {
  if (live.drawing || (document.hidden && !speak)) return;
  live.drawing = true;
  const before = document.querySelector('link[rel=icon]')?.getAttribute('href');
  const pause = 1000 - (Date.now() - seen.drawn);
  if (pause > 0) await new Promise((resolve) => setTimeout(resolve, pause));
  const ok = await redraw();
  live.drawing = false;
  if (!ok) seen.drawn = Date.now();
  const say = document.getElementById('say');
  if (ok && say && before !== live.icon) setText(say, live.sentence);
}

/** @param {string} kind @param {string} name */
function rowsOf(kind, name) {
  if (rows.size === 0) {
    for (const row of document.querySelectorAll('[data-t], [data-s]')) {
      const element = /** @type {HTMLElement} */ (row);
      const key = element.dataset.t === undefined ? 's ' + element.dataset.s : 't ' + element.dataset.t;
      rows.set(key, [...(rows.get(key) ?? []), element]);
    }
  }
  return rows.get(kind + ' ' + name) ?? [];
}

/** name, state, since, nowRttMs, p50Ms, p95Ms, lossRatio, address, reason @param {any[]} row */
function patchTarget([name, state, , now, median, p95, loss, , reason]) {
  for (const row of rowsOf('t', name)) {
    const cell = (/** @type {string} */ key) => row.querySelector('[data-c="' + key + '"]');
    const was = row.dataset.was;
    patch(cell('rtt'), median === null ? (was === undefined ? '–' : 'was ' + was) : rtt(median), median === null ? 'dim' : 'strong');
    cell('rtt')?.classList.toggle('nil', median === null && was === undefined);
    cell('loss')?.classList.toggle('nil', loss === null);
    patch(cell('now'), now === null ? (median === null ? 'no reply' : rtt(median)) : rtt(now));
    patch(cell('p95'), p95 === null ? '' : rtt(p95));
    patch(cell('loss'), loss === null ? '–' : percent(loss));
    cell('loss')?.classList.toggle('over', loss > 0 && loss >= Number(row.dataset.limit));
    if (state !== 'up' && reason !== null) patch(cell('why'), reason);
  }
}

/** name, state, since, bestRttMs, reason @param {any[]} row */
function patchSite([name, state, , best, reason]) {
  for (const row of rowsOf('s', name)) {
    if (best !== null) patch(row.querySelector('[data-c="best"]'), rtt(best));
    if (state !== 'up' && reason !== null) patch(row.querySelector('[data-c="why"]'), reason);
  }
}

/** id, use, free, trend, ratio @param {any[]} row */
function patchSubnet([id, use, free, trend, ratio]) {
  const row = document.querySelector('[data-v="' + CSS.escape(id) + '"]');
  if (!row) return;
  for (const [key, text] of [['use', use], ['free', free], ['trend', trend]]) patch(row.querySelector('[data-c="' + key + '"]'), text);
  const bar = row.querySelector('[data-c="bar"]');
  const whole = Number(bar?.parentElement?.getAttribute('width'));
  bar?.setAttribute('width', String(Math.round(Math.min(1, ratio) * whole * 10) / 10));
}

/** @param {Element | null} cell @param {string} text @param {string} [kind] */
function patch(cell, text, kind) {
  if (!cell) return;
  const inner = cell.firstElementChild;
  if (kind !== undefined && inner && (inner.localName === 'b') !== (kind === 'strong')) {
    const other = document.createElement(kind === 'strong' ? 'b' : 'span');
    if (kind === 'dim') other.className = 'dim';
    cell.replaceChildren(other);
  }
  setText(cell.firstElementChild ?? cell, text);
}

function showLive() {
  const word = document.getElementById('live');
  const stale = document.getElementById('stale');
  if (!word || !stale) return;
  const silence = Date.now() - live.heard;
  const old = silence > (live.mode === 'polled' ? 3 * SILENT_MS : SILENT_MS);
  const seconds = Math.floor(silence / 1000);
  setText(word, old ? 'no data for ' + seconds + ' s' : live.mode === 'live' ? 'live' : 'snapshot');
  word.className = old ? 'off' : live.mode === 'live' ? 'on' : '';
  stale.hidden = !old;
  if (old) setText(stale, 'No data from the agent for ' + age(silence) + '. What stands here is from ' + timeOf(shared.at, 'second') + '; trying again by itself. Is the agent running (systemctl status vpc-canary), the network between here and it whole?');
  const icon = document.querySelector('link[rel=icon]');
  const href = old ? icon?.getAttribute('data-unknown') : live.icon;
  if (icon && href && icon.getAttribute('href') !== href) icon.setAttribute('href', href);
  const title = (old ? '? ' : '') + live.title;
  if (document.title !== title) document.title = title;
}

setInterval(() => {
  showLive();
  settle();
  const silence = Date.now() - live.heard;
  if (live.stream && silence > 2 * SILENT_MS) lost();
  const every = Number(document.documentElement.dataset.every ?? 60) * 1000;
  if (live.mode === 'live' && silence < SILENT_MS && Date.now() - seen.drawn > every) drawSoon(false);
}, 500);

document.addEventListener('visibilitychange', () => {
  if (document.hidden) return;
  if (Date.now() - live.heard > 3000) {
    live.tries = 0;
    connect();
  }
  redraw();
});
addEventListener('pagehide', () => live.stream?.close());
addEventListener('pageshow', (event) => { if (event.persisted) connect(); });
`;
