/** What an operator should know of the timeouts of connections, in one sentence. Pure. */
import { counted } from '../measure/units.ts';
import type { TimeoutsView } from './flows-view.ts';

/** null when every connection's are known. */
export function timeoutsText({ source, reason, unknown }: TimeoutsView): string | null {
  if (source === null) {
    return reason === null
      ? null
      : `This kernel does not tell timeouts of each connection (Linux 6.7 and later do), and they are not counted: ${reason}.`;
  }
  if (reason !== null) return `Timeouts are the kernel’s own and not counted as flows.rto asks: ${reason}.`;
  if (unknown === 0) return null;
  return `Timeouts of ${counted(unknown, 'open connection')} are not known: older than the count of them.`;
}
