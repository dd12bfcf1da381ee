/** What an operator should know of publishing, in words. */
import type { AwsFailure } from '../../aws/errors.ts';
import { counted, formatAge, formatBytes, formatCount, formatSpan } from '../../measure/units.ts';
import { OLDEST_MS } from '../../publish/spool.ts';
import type { PublishView } from '../../verdict/snapshot.ts';
import type { Condition } from './notices.ts';

export interface PublishTrouble {
  /** What the disk said last, while it takes nothing. */
  readonly fault: string | null;
  /** How far AWS's clock is ahead, ms; 0 when the clocks agree. */
  readonly clockOffMs: number;
  readonly failure: AwsFailure | null;
  /** Wall time. */
  readonly now: number;
}

/** Series that an error names. */
const NAMED = 3;

export function publishConditions(view: PublishView, { fault, clockOffMs, failure, now }: PublishTrouble): Condition[] {
  const { spool, refused, folded } = view;
  const conditions: Condition[] = [];
  const add = (severity: Condition['severity'], code: string, text: string, remedy: string | null): void => {
    conditions.push({ code: `publish-${code}`, severity, text, remedy });
  };
  if (failure !== null) {
    const where = spool.mode === 'disk' ? 'on disk' : 'in memory';
    const helpless = failure.class === 'denied' || failure.class === 'credentials' || failure.class === 'invalid';
    const [wait, go] = spool.waiting === 1 ? ['waits', 'goes'] : ['wait', 'go'];
    const effect = `${batches(spool.waiting)} ${wait} ${where} and ${go} out later${roomWords(spool, now)}`;
    add(
      helpless ? 'error' : 'warning',
      'failing',
      `Nothing reaches CloudWatch: ${failure.text}; ${effect}.`,
      failure.remedy,
    );
  }
  if (fault !== null) {
    const effect = 'data for CloudWatch wait in memory, for two hours at most';
    add('warning', 'spool', `The spool cannot be written (${fault}): ${effect}.`, spoolRemedy(fault));
  }
  if (spool.dropped > 0) {
    const text = `${batches(spool.dropped)} of metric data were dropped unsent, the oldest first.`;
    add('warning', 'dropped', text, `raise publish.spool.maxBytes, now ${formatBytes(spool.maxBytes)}`);
  }
  if (spool.expired > 0) {
    const text = `${batches(spool.expired)} of metric data were not sent: CloudWatch takes what is two weeks old at most and two hours ahead.`;
    add('warning', 'expired', text, null);
  }
  if (spool.damaged > 0) {
    const text = `${counted(spool.damaged, 'place')} of the spool could not be read: the agent or the machine ended while it was written, or the disk is failing.`;
    add('info', 'damaged', text, null);
  }
  if (refused.length > 0) {
    const names = refused.slice(0, NAMED).map(({ series }) => series);
    const more = refused.length > NAMED ? ` and ${refused.length - NAMED} more` : '';
    add('warning', 'refused', `CloudWatch refuses ${names.join('; ')}${more}: ${refused[0]?.text}.`, null);
  }
  if (folded > 0) {
    const text = `${counted(folded, 'target')} are published together as Other, so that no more than publish.cloudwatch.maxSeries series cost money.`;
    add('info', 'folded', text, 'raise publish.cloudwatch.maxSeries; vpc-canary cost says what that costs');
  }
  if ((view.foldedThings ?? 0) > 0) {
    const text = `${formatCount(view.foldedThings ?? 0)} of the VPC’s subnets, tunnels, BGP peers and route tables are published together as Other; the worst of them counts.`;
    add('info', 'folded-vpc', text, 'raise publish.cloudwatch.maxSeries; vpc-canary cost says what that costs');
  }
  if (clockOffMs !== 0) {
    const how = `${formatSpan(Math.abs(clockOffMs))} ${clockOffMs > 0 ? 'behind' : 'ahead of'} AWS's`;
    const text = `This host's clock is ${how}: requests and data carry AWS's time, the page and the log this host's.`;
    add('warning', 'clock', text, 'set the clock: chronyc makestep; on EC2 the time server is 169.254.169.123');
  }
  return conditions;
}

const batches = (count: number): string => `${formatCount(count)} batch${count === 1 ? '' : 'es'}`;

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
/** Before that what waits tells no pace. */
const PACE_MS = 10 * MINUTE_MS;

/** For how long more nothing is lost if nothing is accepted: until the spool is full or its oldest is too old. */
function roomWords({ mode, oldest, bytes, maxBytes }: PublishView['spool'], now: number): string {
  const age = oldest === null ? 0 : now - oldest;
  if (mode !== 'disk' || bytes === 0 || age < PACE_MS) return '';
  const left = Math.min(((maxBytes - bytes) / bytes) * age, OLDEST_MS - age);
  const unit = left >= DAY_MS ? DAY_MS : MINUTE_MS;
  return `, room for ${formatAge(Math.floor(left / unit) * unit)} more`;
}

function spoolRemedy(fault: string): string {
  return fault === 'ENOSPC'
    ? 'free space on the file system of state.directory'
    : "make state.directory writable for the agent's user";
}
