/** Why the web server could not start, with the cause and what to do about it in the message. */
import { type PortHolder, portHolder } from './port-holder.ts';

export type WebStartCode =
  | 'port-in-use'
  | 'port-denied' // below net.ipv4.ip_unprivileged_port_start without CAP_NET_BIND_SERVICE
  | 'no-such-address'
  | 'listen-failed'
  | 'tls'; // certificate or key cannot be read or used

export class WebStartError extends Error {
  readonly code: WebStartCode;

  constructor(code: WebStartCode, message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'WebStartError';
    this.code = code;
  }
}

/** "8080 on 127.0.0.1", "8080 on [::1]". */
const place = (host: string, port: number): string => `${port} on ${host.includes(':') ? `[${host}]` : host}`;

const shown = (host: string, port: number): string => `${host.includes(':') ? `[${host}]` : host}:${port}`;

export function listenError(error: NodeJS.ErrnoException, host: string, port: number): WebStartError {
  switch (error.code) {
    case 'EADDRINUSE': {
      const other = shown(host, port === 65_535 ? 8080 : port + 1);
      const text = `Port ${place(host, port)} is in use${holderText(portHolder(port))}. Stop that, or take another port: --listen ${other} (http.listen in the configuration).`;
      return new WebStartError('port-in-use', text, error);
    }
    case 'EACCES': {
      const text = `This user may not listen on port ${place(host, port)}: ports below 1024 need CAP_NET_BIND_SERVICE. Take a higher one: --listen ${shown(host, 8080)} (http.listen in the configuration).`;
      return new WebStartError('port-denied', text, error);
    }
    case 'EADDRNOTAVAIL': {
      const text = `This host has no address ${host}. "ip address" shows which it has; --listen 0.0.0.0:${port} takes them all.`;
      return new WebStartError('no-such-address', text, error);
    }
    default:
      return new WebStartError('listen-failed', `Cannot listen on port ${place(host, port)}: ${error.message}.`, error);
  }
}

function holderText(holder: PortHolder | null): string {
  if (holder === null) return '';
  const user = holder.user ?? `uid ${holder.uid}`;
  if (holder.pid === null) {
    return ` by a process of ${user} (which one: sudo ss -ltnp)`;
  }
  return ` by ${holder.command ?? 'a process'} (pid ${holder.pid}, ${user})`;
}
