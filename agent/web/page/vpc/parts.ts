/**
 * What AWS told when, and what it does not tell: which call, why, since when, how old what is shown is, and the IAM
 * statement to paste where a permission is missing.
 */
import { counted, formatCount, formatSpan } from '../../../measure/units.ts';
import type { VpcPart, VpcPartName, VpcView } from '../../../verdict/vpc-view.ts';
import { PART_WORDS } from '../../../verdict/vpc-words.ts';
import type { Context } from '../context.ts';
import { glyph } from '../glyph.ts';
import { type Html, html, join, nothing } from '../html.ts';
import { lasting, time } from '../time.ts';

/** Above a section: its parts that AWS does not tell. Many parts may fail for one reason; `brief` says it in a line. */
export function partNotice(vpc: VpcView, names: readonly VpcPartName[], now: number, brief = false): Html {
  const lacking = vpc.parts.filter(
    ({ name, problem, status }) => names.includes(name) && (problem !== null || status === 'stale'),
  );
  if (lacking.length === 0) return nothing;
  if (brief) {
    const words = lacking.map(({ name }) => PART_WORDS[name]).join(', ');
    return html`<p class="card whole">${glyph('unknown')} <span>Not told by AWS now: ${words}. Each section says why and what grants it.</span></p>`;
  }
  return html`<ul class="notices">${lacking.map((part) => partLine(part, now))}</ul>`;
}

function partLine({ name, problem, at }: VpcPart, now: number): Html {
  const [word, last] =
    at === null
      ? ['is unknown', html`It was never told, so nothing is shown.`]
      : ['as last known', html`What is shown is of ${time(at, now)}, ${lasting(at, now)} ago.`];
  const title = html`<b>${PART_WORDS[name]} ${word}</b>`;
  if (problem === null) {
    return html`<li class="card">${glyph('unknown')}<div><p>${title}: no whole answer came for a while. ${last}</p></div></li>`;
  }
  const { words, statement } = remedyParts(problem.remedy);
  return html`<li class="card">${glyph('unknown')}<div><p>${title}: ${problem.text}, <span class="dim">since ${time(problem.since, now)}</span>. ${last}</p>
${words !== '' && html`<p class="remedy">${words}</p>`}${statement !== null && html`<pre tabindex="0" role="region" aria-label="IAM statement for ${PART_WORDS[name]}">${statement}</pre>`}</div></li>`;
}

/** Nothing was ever told of it, and a notice says why: no need to say again that nothing is known. */
export const isDark = (vpc: VpcView, name: VpcPartName): boolean =>
  vpc.parts.some((part) => part.name === name && part.at === null && part.problem !== null);

/** "add to the role's policy: {…}" as words and the statement laid out; a remedy without one is all words. */
export function remedyParts(remedy: string): { readonly words: string; readonly statement: string | null } {
  const at = remedy.indexOf('{');
  if (at < 0) return { words: remedy, statement: null };
  try {
    return { words: remedy.slice(0, at).trim(), statement: JSON.stringify(JSON.parse(remedy.slice(at)), null, 2) };
  } catch {
    return { words: remedy, statement: null };
  }
}

/** The foot of the page: how old each part is, and what asking costs. */
export function partList({ now }: Context, { parts, calls }: VpcView): Html {
  const told = parts
    .filter(({ status }) => status !== 'off')
    .map(
      ({ name, status, at, everyMs }) =>
        html`${PART_WORDS[name]} ${at === null ? (status === 'waiting' ? 'asked now' : 'never') : html`${lasting(at, now)} ago`}, every ${formatSpan(everyMs)}`,
    );
  const off = parts.filter(({ status }) => status === 'off').map(({ name }) => PART_WORDS[name]);
  return html`<p class="dim told" data-part="vpc-parts">AWS told: ${join(told, ' · ')}.${off.length > 0 && ` Not asked for: ${off.join(', ')}.`} ${counted(calls.made, 'call')} since the agent began${calls.throttled > 0 && `, ${formatCount(calls.throttled)} of them refused as too many`}.</p>`;
}
