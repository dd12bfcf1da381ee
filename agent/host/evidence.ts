/** What of a host's state bears on the verdict. Pure. */
import type { HostView, InterfaceView, Recent } from '../measure/host-view.ts';
import type { HostEvidence } from '../verdict/evidence.ts';

/** Drops count when there are this many times more than in an average minute, and at least so many. */
const TIMES_USUAL = 3;
const FEWEST_DROPS = 5;

export function hostEvidence(view: HostView): HostEvidence {
  const allowances = view.interfaces.flatMap((one) => one.allowances);
  const evidence: { -readonly [K in keyof HostEvidence]: HostEvidence[K] } = {
    stealRatio: worst(view.cpu.steal),
    drops: drops(view),
    memoryStalledRatio: worst(view.memory.stalled),
    conntrackUsedRatio: conntrackUsed(view),
  };
  if (allowances.length > 0) {
    evidence.allowanceExceeded = allowances
      .map(({ name, exceeded }) => ({ name, packets: exceeded.last60s ?? 0 }))
      .filter(({ packets }) => packets > 0);
  }
  return evidence;
}

/** What was bad for ten seconds is bad, and stays so until the minute is better. */
function worst({ last10s, last60s }: Recent): number | null {
  return last10s === null && last60s === null ? null : Math.max(last10s ?? 0, last60s ?? 0);
}

function drops(view: HostView): number | null {
  const counts = [view.softnet.dropped.last60s, ...view.interfaces.map(unusualDrops)].filter((count) => count !== null);
  return counts.length === 0 ? null : counts.reduce((sum, count) => sum + count, 0);
}

/** null: none known; 0: no more than always. Before two minutes have passed there is no usual, and none are told. */
function unusualDrops({ dropped, usuallyDropped }: InterfaceView): number | null {
  if (dropped.last60s === null) return null;
  const many = usuallyDropped !== null && dropped.last60s >= Math.max(FEWEST_DROPS, TIMES_USUAL * usuallyDropped);
  return many ? dropped.last60s : 0;
}

/** Of the kernel's table, or of the instance's allowance, which ENA tells only as what is left. */
function conntrackUsed({ conntrack, interfaces }: HostView): number | null {
  if (interfaces.some((one) => one.conntrackAllowanceAvailable === 0)) return 1;
  return conntrack?.most ? Math.min(1, conntrack.entries / conntrack.most) : null;
}
