/**
 * How the agent of this host is reached, from its own configuration: address, TLS and password. So root need not
 * repeat them, and scripts that run on every host of a fleet work on each.
 */
import type { ConfigRequest } from '../config/gather.ts';
import { loadConfig } from '../config/load.ts';
import { formatProblem } from '../config/problem.ts';
import type { AskOptions } from './ask-agent.ts';

export type OwnAgent =
  | { readonly ok: true; readonly options: Pick<AskOptions, 'url' | 'insecure' | 'authorization'> }
  | { readonly ok: false; readonly text: string };

/** Nobody calls these; the loopback address of their family answers. */
const WILDCARDS: Readonly<Record<string, string>> = { '0.0.0.0': '127.0.0.1', '::': '::1' };

export async function ownAgent(request: ConfigRequest): Promise<OwnAgent> {
  const loaded = await loadConfig(request);
  if (!loaded.ok) {
    const problems = loaded.problems.map(formatProblem).join('\n  ');
    return { ok: false, text: `the configuration does not say where the agent listens:\n  ${problems}` };
  }
  const { host, port, tls, auth } = loaded.config.http;
  const address = WILDCARDS[host] ?? host;
  const url = `${tls === null ? 'http' : 'https'}://${address.includes(':') ? `[${address}]` : address}:${port}`;
  const [token] = auth?.bearer ?? [];
  const [user] = auth?.basic ?? [];
  const authorization =
    token !== undefined
      ? `Bearer ${token.reveal()}`
      : user !== undefined
        ? `Basic ${Buffer.from(`${user.user}:${user.password.reveal()}`).toString('base64')}`
        : null;
  // its certificate is for the name by which others call it
  const insecure = tls !== null;
  return { ok: true, options: { url, insecure, ...(authorization === null ? {} : { authorization }) } };
}
