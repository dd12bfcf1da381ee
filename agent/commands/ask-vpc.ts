/** Asks the running agent for what it knows of its VPC, for `status --vpc`, `check --vpc` and `cost --ask`. */
import type { VpcView } from '../verdict/vpc-view.ts';
import { type AskFailure, type AskOptions, askBody, strange } from './ask-agent.ts';

export type VpcAnswer =
  | {
      readonly ok: true;
      readonly vpc: VpcView;
      /** The answer as it came, for --json. */
      readonly body: string;
      /** Wall time of the agent. */
      readonly now: number;
    }
  | { readonly ok: false; readonly code: AskFailure | 'no-vpc'; readonly text: string };

export async function askVpc(options: AskOptions): Promise<VpcAnswer> {
  const asked = await askBody(options, '/api/v1/vpc');
  if (!asked.ok) return asked;
  const body = parsed(asked.body);
  if (asked.status === 200 && isView(body)) {
    return { ok: true, vpc: body, body: asked.body, now: Number.isNaN(asked.date) ? body.at : asked.date };
  }
  const reason = detail(body);
  return asked.status === 404 && reason !== null ? { ok: false, code: 'no-vpc', text: reason } : strange(asked);
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return null;
  }
}

const isView = (body: unknown): body is VpcView =>
  typeof body === 'object' && body !== null && 'vpcId' in body && 'subnets' in body && 'parts' in body;

/** RFC 9457 */
function detail(body: unknown): string | null {
  return typeof body === 'object' && body !== null && 'detail' in body ? String(body.detail) : null;
}
