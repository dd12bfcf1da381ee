/** Script: numbers and times, as `measure/units.ts` writes them; a test holds the two against each other. */
export const timeScript = `
/** What the parts of this script share. */
const shared = {
  /** Wall time of the newest snapshot seen, by the agent's clock. */
  at: Number(document.getElementById('live')?.dataset.at ?? Date.now()),
  local: new URLSearchParams(location.search).get('tz') === 'local',
};

/** @param {number} seconds */
function inUnits(seconds) {
  /** @param {number} large @param {string} unit @param {number} small @param {string} part */
  const two = (large, unit, small, part) => large + ' ' + unit + (small === 0 ? '' : ' ' + small + ' ' + part);
  if (seconds < 60) return seconds + ' s';
  if (seconds < 3600) return two(Math.floor(seconds / 60), 'min', seconds % 60, 's');
  if (seconds < 86400) return two(Math.floor(seconds / 3600), 'h', Math.floor((seconds % 3600) / 60), 'min');
  return two(Math.floor(seconds / 86400), 'd', Math.floor((seconds % 86400) / 3600), 'h');
}

/** @param {number} ms */
const age = (ms) => inUnits(Math.max(0, Math.floor(ms / 1000)));

/** @param {number} ms */
function rtt(ms) {
  return ms.toFixed(ms < 0.0995 ? 3 : ms < 9.995 ? 2 : ms < 99.95 ? 1 : 0);
}

/** @param {number} ratio */
function percent(ratio) {
  if (ratio <= 0) return '0';
  if (ratio >= 1) return '100';
  if (ratio < 0.0005) return '<0.1';
  return String(Number(Math.min(99.9, ratio * 100).toFixed(1)));
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
/** @param {number} value */
const pad = (value) => String(value).padStart(2, '0');

/** A date whose UTC fields are those of the zone shown. @param {number} at */
function inZone(at) {
  return new Date(shared.local ? at - new Date(at).getTimezoneOffset() * 60000 : at);
}

/** @param {number} at */
function dayOf(at) {
  const date = inZone(at);
  return pad(date.getUTCDate()) + ' ' + MONTHS[date.getUTCMonth()];
}

/** @param {number} at @param {string | undefined} precision */
function clockOf(at, precision) {
  return inZone(at).toISOString().slice(11, precision === 'tenth' ? 21 : precision === 'minute' ? 16 : 19);
}

/** @param {number} at @param {string | undefined} precision */
function timeOf(at, precision) {
  return (dayOf(at) === dayOf(shared.at) ? '' : dayOf(at) + ' ') + clockOf(at, precision);
}

function zoneName() {
  if (!shared.local) return 'UTC';
  const parts = new Intl.DateTimeFormat('en', { timeZoneName: 'short' }).formatToParts(shared.at);
  return parts.find((part) => part.type === 'timeZoneName')?.value ?? 'local';
}

/** Text is set only where it differs, so that nothing is drawn for nothing. @param {Element} element @param {string} text */
function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** @param {ParentNode} root */
function paintTimes(root) {
  for (const element of root.querySelectorAll('time[datetime]')) {
    const { dateTime, dataset } = /** @type {HTMLTimeElement} */ (element);
    const at = Date.parse(dateTime);
    setText(element, dataset.bare === undefined ? timeOf(at, dataset.p) : clockOf(at, dataset.p));
  }
  for (const axis of root.querySelectorAll('.c-times')) paintAxis(/** @type {SVGElement} */ (axis));
  for (const id of ['zone', 'zone-foot', 'tz']) {
    const element = document.getElementById(id);
    if (element) setText(element, zoneName());
  }
}

/** Round instants of one zone are not those of another: the labels move. @param {SVGElement} axis */
function paintAxis(axis) {
  const labels = /** @type {SVGTextElement[]} */ ([...axis.querySelectorAll('text')]);
  const from = Number(axis.dataset.from);
  const to = Number(axis.dataset.to);
  const step = Number(axis.dataset.step);
  const shift = shared.local ? -new Date(from).getTimezoneOffset() * 60000 : 0;
  const first = Math.ceil((from + shift) / step) * step - shift;
  labels.forEach((label, index) => {
    const at = first + index * step;
    const midnight = clockOf(at, 'second') === '00:00:00';
    const shown = midnight && to - from > 7200000 ? 'day' : label.dataset.l === 'day' && step < 86400000 ? 'minute' : label.dataset.l;
    label.setAttribute('x', ((at - from) / (to - from)) * 100 + '%');
    setText(label, at > to ? '' : shown === 'day' ? dayOf(at) : clockOf(at, shown));
  });
}

/** Durations that still grow, and the clock. */
function paintAges() {
  for (const element of document.querySelectorAll('[data-since]')) {
    setText(element, age(shared.at - Number(/** @type {HTMLElement} */ (element).dataset.since)));
  }
  const clock = document.getElementById('clock');
  if (clock) {
    clock.setAttribute('datetime', new Date(shared.at).toISOString());
    setText(clock, clockOf(shared.at, 'second'));
  }
}
`;
