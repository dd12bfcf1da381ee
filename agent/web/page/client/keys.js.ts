/** Script: keys, filter while typing, the switch of zones, copying the link. */
export const keysScript = `
const help = /** @type {HTMLDialogElement | null} */ (document.getElementById('help'));
const single = /** @type {HTMLInputElement | null} */ (document.getElementById('single-keys'));
/** Storage may be forbidden; then single keys are on. */
function singleKeys() {
  try { return localStorage.getItem('single-keys') !== 'off'; } catch { return true; }
}
if (single) {
  single.checked = singleKeys();
  single.addEventListener('change', () => {
    try { localStorage.setItem('single-keys', single.checked ? 'on' : 'off'); } catch { single.checked = true; }
  });
}

/** Time of the last g. */
let going = 0;
/** Name of the row the keys stand on. */
let standing = '';

/** @param {number} step */
function move(step) {
  const links = /** @type {HTMLElement[]} */ ([...document.querySelectorAll('a.row')]);
  if (links.length === 0) return;
  const at = links.findIndex((link) => link === document.activeElement);
  const index = at >= 0 ? at + step : Math.max(0, links.findIndex((link) => link.getAttribute('href') === standing));
  const link = links[Math.max(0, Math.min(links.length - 1, index))];
  standing = link?.getAttribute('href') ?? '';
  link?.focus();
}

document.addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.defaultPrevented) return;
  if (chartKey(event)) return event.preventDefault();
  const typing = event.target instanceof Element && event.target.closest('input, select, textarea, dialog');
  if (typing || !singleKeys()) return;
  const went = Date.now() - going < 1500;
  going = event.key === 'g' ? Date.now() : 0;
  const view = went ? document.querySelector('a[data-go="' + CSS.escape(event.key) + '"]') : null;
  const link = view ?? document.querySelector('a[data-key="' + CSS.escape(event.key) + '"]');
  if (link) /** @type {HTMLElement} */ (link).click();
  else if (event.key === 'j') move(1);
  else if (event.key === 'k') move(-1);
  else if (event.key === '/') document.getElementById('q')?.focus();
  else if (event.key === '?') help?.showModal();
  else return;
  event.preventDefault();
});

document.addEventListener('click', (event) => {
  const target = event.target instanceof Element ? event.target : null;
  const link = /** @type {HTMLAnchorElement | null} */ (target?.closest('a') ?? null);
  if (target?.closest('#keys')) help?.showModal();
  if (target?.closest('#tz')) {
    go(addressWith((query) => {
      if (shared.local) query.delete('tz');
      else query.set('tz', 'local');
    }), true);
  }
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
  if (link.id === 'copy') {
    event.preventDefault();
    copyLink(link);
  } else if (link.dataset.inplace !== undefined) {
    event.preventDefault();
    go(link.href);
  }
});

/** The window as it is now, in absolute times. @param {HTMLAnchorElement} link */
async function copyLink(link) {
  const url = new URL(link.href);
  if (link.dataset.live === '1') {
    url.searchParams.set('from', isoOf(shared.at - Number(link.dataset.seconds) * 1000));
    url.searchParams.set('to', isoOf(shared.at));
  }
  const address = url.origin + url.pathname + readable(url.searchParams);
  try {
    await navigator.clipboard.writeText(address);
    setText(link, 'Copied');
    setTimeout(() => setText(link, 'Copy link'), 2000);
  } catch {
    // Without the clipboard (plain HTTP from another machine) the address bar holds the link instead.
    go(address);
  }
}

const filter = /** @type {HTMLFormElement | null} */ (document.getElementById('filter'));
const input = /** @type {HTMLInputElement | null} */ (document.getElementById('q'));
let typed = 0;
function applyFilter() {
  clearTimeout(typed);
  go(addressWith((query) => {
    if (input?.value) query.set('q', input.value);
    else query.delete('q');
  }), true);
}
if (filter && input) {
  input.addEventListener('input', () => {
    clearTimeout(typed);
    typed = setTimeout(applyFilter, 200);
  });
  filter.addEventListener('submit', (event) => {
    event.preventDefault();
    applyFilter();
    input.blur();
  });
  input.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape') return;
    input.value = '';
    applyFilter();
    input.blur();
  });
}

dress();
connect();
`;
