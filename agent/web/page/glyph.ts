/**
 * The drawn signs of the states. Shape says the state, colour only repeats it: a dot, a triangle, a square with a
 * cross, a dashed ring, a rhombus for notes. Each is one `<symbol>` a page and a few bytes a use.
 */
import type { State } from '../../verdict/snapshot.ts';
import { type Html, html } from './html.ts';

export type Sign = State | 'note' | 'unchecked';

/** Once per page, before the first use. */
export const sprite: Html = html`<svg class="sprite" width="0" height="0" aria-hidden="true"><defs>
<symbol id="g-up" viewBox="0 0 14 14"><circle cx="7" cy="7" r="3.4" fill="currentColor"/></symbol>
<symbol id="g-degraded" viewBox="0 0 14 14"><path d="M7 1.2 13.4 12.6H.6z" fill="currentColor"/></symbol>
<symbol id="g-down" viewBox="0 0 14 14"><path d="M2 1h10a1 1 0 0 1 1 1v10a1 1 0 0 1-1 1H2a1 1 0 0 1-1-1V2a1 1 0 0 1 1-1z" fill="currentColor"/>
<path class="cross" d="M4.3 4.3l5.4 5.4M9.7 4.3l-5.4 5.4" fill="none" stroke-width="1.9" stroke-linecap="round"/></symbol>
<symbol id="g-unknown" viewBox="0 0 14 14"><circle cx="7" cy="7" r="5" fill="none" stroke="currentColor" stroke-width="1.9" stroke-dasharray="2.6 2.63"/></symbol>
<symbol id="g-note" viewBox="0 0 14 14"><path d="M7 1.6 12.4 7 7 12.4 1.6 7z" fill="currentColor"/></symbol>
</defs></svg>
<svg class="sprite" width="0" height="0" aria-hidden="true"><defs><pattern id="hatch" width="7" height="7" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
<path class="hatch-line" d="M0 0V7"/></pattern></defs></svg>`;

const shape = (sign: Sign): string => (sign === 'unchecked' ? 'unknown' : sign);

/** A sign beside a word that says the same. */
export function glyph(sign: Sign): Html {
  return html`<svg class="g s-${shape(sign)}" width="14" height="14" aria-hidden="true"><use href="#g-${shape(sign)}"/></svg>`;
}

/** A sign that stands alone and therefore carries its word. */
export function glyphAlone(sign: Sign): Html {
  return html`${glyph(sign)}<span class="vh">${sign} </span>`;
}

const ICON_SHAPES: Readonly<Record<State, string>> = {
  up: '<circle cx="16" cy="16" r="11" fill="#2b8cb0"/>',
  degraded: '<path d="M16 3 30 29H2z" fill="#e09a10"/>',
  down: '<rect x="2" y="2" width="28" height="28" rx="4" fill="#d0251a"/><path d="M9.500 9.500l13 13m0-13l-13 13" stroke="#fff" stroke-width="4.500" stroke-linecap="round"/>',
  unknown: '<circle cx="16" cy="16" r="11" fill="none" stroke="#8a929b" stroke-width="5" stroke-dasharray="7 4.520"/>',
};

/** The tab's icon: readable at 16 px on a light and a dark tab bar. */
export function icon(state: State): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">${ICON_SHAPES[state]}</svg>`;
}
