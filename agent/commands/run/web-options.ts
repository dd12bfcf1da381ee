/** From the configuration to what the web server wants; secrets are revealed here and nowhere else. */
import type { Config } from '../../config/config.ts';
import type { WebOptions } from '../../web/options.ts';
import type { Logger } from './log.ts';

export function webOptions({ http }: Config, log: Logger): WebOptions {
  return {
    host: http.host,
    port: http.port,
    allow: http.allow,
    auth: http.auth && {
      basic: http.auth.basic.map(({ user, password }) => ({ user, password: password.reveal() })),
      bearer: http.auth.bearer.map((token) => token.reveal()),
    },
    tls: http.tls,
    names: http.names,
    log: (level, message, facts) => log[level](facts, message),
  };
}
