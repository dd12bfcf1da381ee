/**
 * What the web server must be told. Typed here so that this room needs nothing of `config/`: the composition root
 * fills it from the configuration, with secrets already read from their files.
 */
export interface AuthOptions {
  /** Accepted users of HTTP basic authentication (RFC 7617), with their passwords in clear. */
  readonly basic: readonly { readonly user: string; readonly password: string }[];
  /** Accepted tokens of bearer authentication (RFC 6750). */
  readonly bearer: readonly string[];
}

export interface WebOptions {
  /** Address literal to listen on: "127.0.0.1", "0.0.0.0", "::". */
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** Clients let in, as CIDRs or addresses; null or empty lets everybody in who can connect. */
  readonly allow: readonly string[] | null;
  /** null asks for no password. */
  readonly auth: AuthOptions | null;
  /** PEM files; null serves plain HTTP. */
  readonly tls: { readonly certFile: string; readonly keyFile: string } | null;
  /** Names by which this server is called in URLs, beside addresses, `localhost` and this host's own name. */
  readonly names?: readonly string[];
  /** Where refused clients, failed log-ins and cut connections are told; nothing secret is passed. */
  readonly log?: (level: 'info' | 'warn' | 'error', message: string, facts: Readonly<Record<string, unknown>>) => void;
}

export interface WebServer {
  /** "http://127.0.0.1:8080": how a browser on this host reaches it. */
  readonly url: string;
  readonly port: number;
  /** Lets running answers end for up to two seconds, ends streams, closes. */
  close(): Promise<void>;
}
