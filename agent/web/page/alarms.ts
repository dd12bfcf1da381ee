/** The alarms that this host judges for itself, as a panel of the agent's view: how many, and which are on. */
import { counted } from '../../measure/units.ts';
import type { Snapshot } from '../../verdict/snapshot.ts';
import { type Html, html } from './html.ts';
import { lasting } from './time.ts';
import { DASH } from './words.ts';

export function alarmPanel({ alarms }: Snapshot, now: number): Html {
  const { counts, active } = alarms ?? { counts: { OK: 0, ALARM: 0, INSUFFICIENT_DATA: 0 }, active: [] };
  const total = counts.OK + counts.ALARM + counts.INSUFFICIENT_DATA;
  const rows = active.map(
    ({ name, text, since }) =>
      html`<li><b class="t-degraded"><bdi>${name}</bdi></b> ${lasting(since, now)}: ${text}</li>`,
  );
  return html`<section class="card pad panel"><h2>Alarms</h2><dl><dt>In alarm</dt><dd>${total === 0 ? DASH : rows.length === 0 ? 'none' : html`${rows.length}<ul>${rows}</ul>`}</dd>
<dt>OK</dt><dd>${counts.OK}</dd>${counts.INSUFFICIENT_DATA > 0 && html`<dt>Too little data yet</dt><dd>${counts.INSUFFICIENT_DATA}</dd>`}
<dt>In words</dt><dd>${total === 0 ? 'The first minute is being measured.' : `${counted(total, 'alarm')} as CloudWatch would judge them (vpc-canary alarms), judged here once a minute.`}</dd></dl></section>`;
}
