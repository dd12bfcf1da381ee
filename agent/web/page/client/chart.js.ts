/** Script: reading a chart by pointer, touch and arrow keys; zooming by drag or by two Enters. */
export const chartScript = `
const SHORTEST_MS = 10000;
const DRAG_PX = 6;
const brush = document.createElement('div');
brush.className = 'brush';
brush.hidden = true;
document.body.append(brush);
/** @type {{ area: Element, from: number, to: number, start: number } | null} */
let drag = null;
/** Column the reading stands on, and the one marked by a first Enter. @type {{ at: number | null, mark: number | null }} */
const reader = { at: null, mark: null };

/** @param {EventTarget | null} target @returns {HTMLElement | null} */
const plotOf = (target) => (target instanceof Element ? target.closest('[data-plot]') : null);

/** @param {HTMLElement} plot @param {number} column */
function read(plot, column) {
  const columns = (plot.dataset.read ?? '').split(';');
  const index = Math.max(0, Math.min(columns.length - 1, column));
  const from = Number(plot.dataset.from);
  const width = (Number(plot.dataset.to) - from) / columns.length;
  const precision = width < 60000 ? 'second' : 'minute';
  const span = timeOf(from + index * width, precision) + ' to ' + timeOf(from + (index + 1) * width, precision) + ' ' + zoneName();
  const [median, p5, p95, loss] = (columns[index] ?? '').split(',');
  const words =
    median === '' ? 'not measured' : median === 'x' ? 'all lost' :
    'median ' + median + ' ms, 5 to 95 %: ' + p5 + ' to ' + p95 + ' ms, loss ' + loss + ' %';
  const output = plot.closest('figure')?.querySelector('output');
  if (output) setText(output, span + ': ' + words + (reader.mark === null ? '' : '. Marked; Enter again shows the stretch'));
  const cursor = plot.querySelector('.cursor');
  const x = ((index + 0.5) / columns.length) * 100 + '%';
  for (const [name, value] of [['x1', x], ['x2', x], ['visibility', 'visible']]) cursor?.setAttribute(name, value);
  reader.at = index;
}

/** @param {HTMLElement} plot @param {PointerEvent} event */
function readAt(plot, event) {
  const box = plot.getBoundingClientRect();
  const count = (plot.dataset.read ?? '').split(';').length;
  read(plot, Math.floor(((event.clientX - box.left) / box.width) * count));
}

/** @param {number} from @param {number} to */
function zoom(from, to) {
  if (to - from < SHORTEST_MS) return;
  go(addressWith((query) => {
    query.delete('range');
    query.set('from', isoOf(from));
    query.set('to', isoOf(to));
  }));
}

document.addEventListener('pointerdown', (event) => {
  const plot = plotOf(event.target);
  if (plot) readAt(plot, event);
  const area = event.target instanceof Element ? event.target.closest('[data-plot], .lane, .bar') : null;
  const frame = /** @type {HTMLElement | null} */ (area?.closest('[data-from]') ?? null);
  if (!area || !frame || event.button !== 0 || event.pointerType !== 'mouse') return;
  drag = { area, from: Number(frame.dataset.from), to: Number(frame.dataset.to), start: event.clientX };
  event.preventDefault();
  plot?.focus({ preventScroll: true });
});

document.addEventListener('pointermove', (event) => {
  if (drag) {
    const box = drag.area.getBoundingClientRect();
    const left = Math.max(box.left, Math.min(drag.start, event.clientX));
    const right = Math.min(box.right, Math.max(drag.start, event.clientX));
    brush.hidden = right - left < DRAG_PX;
    brush.style.left = left + 'px';
    brush.style.top = box.top + 'px';
    brush.style.width = right - left + 'px';
    brush.style.height = box.height + 'px';
  }
  const plot = plotOf(event.target);
  if (plot) readAt(plot, event);
});

document.addEventListener('pointerup', (event) => {
  if (!drag) return;
  const { area, from, to, start } = drag;
  drag = null;
  brush.hidden = true;
  const box = area.getBoundingClientRect();
  const at = (/** @type {number} */ x) => from + Math.max(0, Math.min(1, (x - box.left) / box.width)) * (to - from);
  const ends = [at(start), at(event.clientX)].sort((a, b) => a - b);
  if (Math.abs(event.clientX - start) >= DRAG_PX) zoom(ends[0], ends[1]);
});

document.addEventListener('focusin', (event) => {
  const plot = plotOf(event.target);
  if (plot && plot.matches(':focus-visible')) read(plot, reader.at ?? (plot.dataset.read ?? '').split(';').length - 1);
});

/** @param {KeyboardEvent} event @returns {boolean} whether the key was the chart's */
function chartKey(event) {
  const plot = plotOf(event.target);
  if (!plot || event.target !== plot) return false;
  const count = (plot.dataset.read ?? '').split(';').length;
  const at = reader.at ?? count - 1;
  const step = event.shiftKey ? 10 : 1;
  switch (event.key) {
    case 'ArrowLeft': read(plot, at - step); return true;
    case 'ArrowRight': read(plot, at + step); return true;
    case 'Home': read(plot, 0); return true;
    case 'End': read(plot, count - 1); return true;
    case 'Escape': reader.mark = null; read(plot, at); return true;
    case 'Enter': {
      const mark = reader.mark;
      reader.mark = mark === null ? at : null;
      if (mark === null) return read(plot, at), true;
      const from = Number(plot.dataset.from);
      const width = (Number(plot.dataset.to) - from) / count;
      zoom(from + Math.min(mark, at) * width, from + (Math.max(mark, at) + 1) * width);
      return true;
    }
    default: return false;
  }
}
`;
