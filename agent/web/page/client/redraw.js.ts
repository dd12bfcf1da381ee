/** Script: fetching the page anew and putting its parts in place of the old ones. */
export const redrawScript = `
/** Somebody who has not moved for this long is not reading this very line. */
const AWAY_MS = 30000;
document.documentElement.classList.add('js');
/** What the server sent for each part, to leave alone what did not change. @type {WeakMap<Element, string>} */
const sent = new WeakMap();
/** Parts that wait until pointer and focus have left. @type {Map<string, Element>} */
const waiting = new Map();
const seen = { activity: 0, drawn: Date.now(), structure: document.documentElement.dataset.structure };
for (const name of ['pointermove', 'pointerdown', 'keydown', 'touchstart']) {
  addEventListener(name, () => { seen.activity = Date.now(); }, { passive: true });
}

/** @param {ParentNode} root @returns {HTMLElement[]} */
const partsOf = (root) => [...root.querySelectorAll('[data-part]')].map((part) => /** @type {HTMLElement} */ (part));
for (const part of partsOf(document)) sent.set(part, part.outerHTML);

/**
 * The document is parsed by XMLHttpRequest, which runs no script in it and needs no Trusted Types policy.
 * @param {{ force?: boolean, url?: string }} [options] @returns {Promise<boolean>} whether the agent answered
 */
function redraw(options = {}) {
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    request.open('GET', options.url ?? location.href);
    request.responseType = 'document';
    request.timeout = 8000;
    request.onload = () => {
      const page = request.response;
      const ok = request.status < 500 && page?.documentElement?.dataset.build !== undefined;
      if (ok) take(page, options.force === true);
      resolve(ok);
    };
    request.onerror = request.ontimeout = request.onabort = () => resolve(false);
    request.send();
  });
}

/** @param {Document} page @param {boolean} force */
function take(page, force) {
  const root = document.documentElement;
  const fresh = page.documentElement;
  if (fresh.dataset.build !== root.dataset.build) return location.reload();
  seen.drawn = Date.now();
  seen.structure = fresh.dataset.structure;
  root.dataset.every = fresh.dataset.every;
  shared.at = Math.max(shared.at, Number(page.getElementById('live')?.dataset.at ?? 0));
  live.title = page.title;
  live.icon = page.querySelector('link[rel=icon]')?.getAttribute('href') ?? live.icon;
  for (const part of partsOf(page)) {
    const name = part.dataset.part ?? '';
    const old = document.querySelector('[data-part="' + CSS.escape(name) + '"]');
    if (!old || sent.get(old) === part.outerHTML) continue;
    if (!force && held(/** @type {HTMLElement} */ (old))) waiting.set(name, part);
    else exchange(old, part);
  }
  dress();
}

/** Nothing is reordered under a pointer or taken from under the focus. @param {HTMLElement} part */
function held(part) {
  if (part.dataset.hold === undefined || Date.now() - seen.activity > AWAY_MS) return false;
  return part.contains(document.activeElement) || (matchMedia('(hover: hover)').matches && part.matches(':hover'));
}

/** @param {Element} old @param {Element} part */
function exchange(old, part) {
  waiting.delete(/** @type {HTMLElement} */ (part).dataset.part ?? '');
  const focus = old.contains(document.activeElement) ? focusKey(document.activeElement) : null;
  const text = part.outerHTML;
  const adopted = document.adoptNode(part);
  sent.set(adopted, text);
  old.replaceWith(adopted);
  if (focus !== null) {
    const again = [...adopted.querySelectorAll('a, button, input, [data-plot]')].find((one) => focusKey(one) === focus);
    if (again) /** @type {HTMLElement} */ (again).focus({ preventScroll: true });
  }
}

/** What stays the same about a control when its part is drawn anew. @param {Element | null} element */
function focusKey(element) {
  const row = /** @type {HTMLElement | null} */ (element?.closest('[data-s], [data-t]') ?? null);
  return [element?.id, element?.className, row?.dataset.s, row?.dataset.t, row ? '' : element?.textContent].join(' ');
}

function settle() {
  for (const [name, part] of waiting) {
    const old = /** @type {HTMLElement | null} */ (document.querySelector('[data-part="' + CSS.escape(name) + '"]'));
    if (old && !held(old)) {
      exchange(old, part);
      dress();
    }
  }
}

/** What only the script can do is shown only by it. */
function dress() {
  rows.clear();
  for (const id of ['tz', 'key-hint']) document.getElementById(id)?.removeAttribute('hidden');
  document.getElementById('zone')?.setAttribute('hidden', '');
  const copy = document.getElementById('copy');
  if (copy) setText(copy, 'Copy link');
  for (const plot of document.querySelectorAll('[data-plot]')) plot.setAttribute('tabindex', '0');
  paintTimes(document);
  paintAges();
  showLive();
}

/** Another state of the same page, without leaving it. @param {string} url @param {boolean} [replace] */
async function go(url, replace) {
  history[replace ? 'replaceState' : 'pushState'](null, '', url);
  shared.local = new URLSearchParams(location.search).get('tz') === 'local';
  if (!(await redraw({ force: true }))) location.assign(url);
}

/** Colons need no escape in a query, and an address is read by people. @param {URLSearchParams} query */
const readable = (query) => '?' + query.toString().replaceAll('%3A', ':');

/** Whole seconds, cut: a window that ended later than now would be another one later. @param {number} at */
const isoOf = (at) => new Date(Math.floor(at / 1000) * 1000).toISOString().replace('.000Z', 'Z');

/** @param {(query: URLSearchParams) => void} change */
function addressWith(change) {
  const query = new URLSearchParams(location.search);
  change(query);
  return location.pathname + readable(query);
}

addEventListener('popstate', () => {
  shared.local = new URLSearchParams(location.search).get('tz') === 'local';
  redraw({ force: true }).then((ok) => ok || location.reload());
});
`;
