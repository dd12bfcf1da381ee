/** Where the flows shown come from: the running agent, or this host's kernel read by the command itself. */
import type { FlowChoice, FlowsView } from '../../verdict/flows-view.ts';
import { type AskFailure, type AskOptions, askBody, strange } from '../ask-agent.ts';

export type Answer =
  | { readonly ok: true; readonly flows: FlowsView }
  | { readonly ok: false; readonly code: AskFailure | 'no-flows'; readonly text: string };

export interface FlowsSource {
  /** "the agent at http://…", "this host's kernel". */
  readonly words: string;
  /** Do the connections belong to processes of this host? */
  readonly isLocal: boolean;
  /** True when nothing was counted before the command began. */
  readonly countsFromNow: boolean;
  /** What has happened until now is in the next answer. */
  refresh(): Promise<void>;
  ask(choice: FlowChoice): Promise<Answer>;
  close(): void;
}

export function agentSource(options: AskOptions): FlowsSource {
  return {
    words: `the agent at ${options.url}`,
    isLocal: /^(https?:\/\/)?(127\.|localhost|\[::1\])/.test(options.url),
    countsFromNow: false,
    refresh: async () => {},
    ask: async (choice) => {
      const query = new URLSearchParams();
      for (const [name, value] of Object.entries(choice)) if (value !== null) query.set(name, String(value));
      const asked = await askBody(options, `/api/v1/flows${query.size === 0 ? '' : `?${query}`}`);
      if (!asked.ok) return asked;
      const body = parsed(asked.body);
      if (asked.status === 200 && isView(body)) return { ok: true, flows: body };
      const reason = detail(body);
      return reason === null ? strange(asked) : { ok: false, code: 'no-flows', text: reason };
    },
    close: () => {},
  };
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return null;
  }
}

const isView = (body: unknown): body is FlowsView =>
  typeof body === 'object' && body !== null && 'top' in body && 'coverage' in body && 'reader' in body;

/** RFC 9457 */
function detail(body: unknown): string | null {
  return typeof body === 'object' && body !== null && 'detail' in body ? String(body.detail) : null;
}

/** Reads the kernel in this process; counts begin now, for no agent has counted before. */
export async function kernelSource(loopback: boolean): Promise<FlowsSource> {
  const { SystemFlows } = await import('../../flow/system-flows.ts');
  const { systemClock } = await import('../../kernel/clock.ts');
  const clock = systemClock();
  const flows = new SystemFlows({
    dumpEveryMs: 1000,
    capacity: 20_000,
    loopback,
    ownProbes: true,
    sites: [],
    awsRanges: null,
    rto: 'auto',
    mono: () => clock.mono(),
    wall: () => clock.wall(),
  });
  return {
    words: "this host's kernel",
    isLocal: true,
    countsFromNow: true,
    refresh: () => flows.refresh(),
    ask: async (choice) => {
      const view = flows.select(choice);
      if (view === null) return { ok: false, code: 'not-ready', text: 'Nothing was read yet.' };
      if (view.problem !== null && view.reader.dumps === 0) return { ok: false, code: 'no-flows', text: view.problem };
      return { ok: true, flows: view };
    },
    close: () => flows.close(),
  };
}
