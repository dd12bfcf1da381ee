/**
 * Who may ask what, decided before anything is looked up: address, host name, password, in this order.
 * `/livez` alone is open to everybody, since whatever restarts the agent should need no secret, and it tells nothing.
 *
 * A refused client learns that it is refused; which setting would let it in stands in the log, once a minute a client.
 */
import type { IncomingMessage } from 'node:http';
import { accessList, plainAddress } from './access-list.ts';
import { type Answer, textAnswer } from './answer.ts';
import { credentials } from './credentials.ts';
import { isKnownHost } from './host-name.ts';
import type { WebOptions } from './options.ts';

/** null lets the request pass. @param authority of an absolute-form target, else null */
export type Gate = (request: IncomingMessage, path: string, authority: string | null) => Answer | null;

export type ThrottledLog = (key: string, message: string, facts: Readonly<Record<string, unknown>>) => void;

/** @param hostname this host's own name */
export function createGate(options: WebOptions, hostname: string, log: ThrottledLog): Gate {
  const allowed = accessList(options.allow);
  const auth = options.auth === null ? null : credentials(options.auth);
  const names = [hostname, ...(options.names ?? [])];

  return (request, path, authority) => {
    if (path === '/livez') return null;
    const client = plainAddress(request.socket.remoteAddress ?? '');
    if (!allowed(request.socket.remoteAddress)) {
      log(`403 ${client}`, `refused ${client}: not in http.allow; add it there if it should be let in`, { client });
      return textAnswer(403, 'This address is not let in.');
    }
    if (auth === null) {
      const host = authority ?? request.headers.host;
      // HTTP/1.0 has no Host; no browser speaks it.
      if (host === undefined || isKnownHost(host, names)) return null;
      log(`421 ${client}`, `refused the host name "${host.slice(0, 100)}": add it to http.names`, { client });
      return textAnswer(421, 'This server does not go by that name. Use its address, or add the name to http.names.');
    }
    if (auth.accept(request.headers.authorization)) return null;
    // A browser's first request comes without; only a wrong secret is worth a line.
    if (request.headers.authorization !== undefined) {
      log(`401 ${client}`, `refused ${client}: wrong user, password or token`, { client });
    }
    return textAnswer(401, 'A user and password, or a token, is needed.', {
      'www-authenticate': auth.challenges.join(', '),
    });
  };
}
