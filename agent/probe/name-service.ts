/**
 * One resolution of one host name, the way a program on this host would resolve it, without ever waiting on
 * a dead server in a worker thread:
 *
 *  1. /etc/hosts, read here;
 *  2. DNS through c-ares, which is asynchronous and gives TTLs. It asks for the name exactly as written;
 *  3. only when DNS has said that there is no such name or address: getaddrinfo, for what else the host knows
 *     (search domains for short names, mDNS, LDAP and others of nsswitch.conf). It gives no TTL and works in
 *     Node's thread pool, so one call runs at a time and none when DNS is silent.
 *
 * What follows for names: a short name costs a refused query each time before the search domains are tried; write
 * names in full. A source that nsswitch.conf puts before "files" or "dns" is asked last here.
 * With family null an IPv4 address is taken when there is one. /etc/hosts and resolv.conf are read again when
 * they change.
 */
import { promises as dns } from 'node:dns';
import { readFileSync, statSync } from 'node:fs';
import type { Clock } from './clock.ts';
import { parseHosts, plainName } from './hosts-file.ts';

export type Resolution =
  | {
      readonly ok: true;
      /** At least one, all of one family. */
      readonly addresses: readonly string[];
      readonly family: 4 | 6;
      /** null where the source knows none. */
      readonly ttlSeconds: number | null;
    }
  | {
      readonly ok: false;
      /** Code of node:dns: ENOTFOUND, ENODATA, ESERVFAIL, ETIMEOUT … */
      readonly code: string;
      /** What happened and who said so: "SERVFAIL from DNS server 10.0.0.2". */
      readonly text: string;
    };

export interface NameService {
  /** Never rejects. `family` null: IPv4 where there is one, else IPv6. */
  resolve(host: string, family: 4 | 6 | null): Promise<Resolution>;
  /** Ends what is under way; those resolutions fail with ECANCELLED. */
  close(): void;
}

export interface NameServiceOptions {
  /** DNS servers as "address" or "address:port"; null: those of resolv.conf. */
  readonly servers: readonly string[] | null;
  readonly hostsFile: string;
  /** How long one server is waited for at first, and how often all are tried; c-ares doubles the wait. */
  readonly timeoutMs: number;
  readonly tries: number;
}

/** 2 s is what a healthy resolver needs for the slowest of recursions; two tries survive one lost datagram. */
export const NAME_SERVICE_DEFAULTS: NameServiceOptions = {
  servers: null,
  hostsFile: '/etc/hosts',
  timeoutMs: 2000,
  tries: 2,
};

const RESOLV_CONF = '/etc/resolv.conf';
/** How often files are looked at for a change. */
const FILES_EVERY_MS = 5000;

const PHRASES: Readonly<Record<string, string>> = {
  ENOTFOUND: 'no such name (NXDOMAIN)',
  ENODATA: 'the name has no address',
  ESERVFAIL: 'SERVFAIL',
  EREFUSED: 'REFUSED',
  ENOTIMP: 'NOTIMP',
  EFORMERR: 'FORMERR',
  EBADRESP: 'a malformed answer',
  EBADNAME: 'not a host name',
  ETIMEOUT: 'no answer',
  ECONNREFUSED: 'nobody listens',
  ECANCELLED: 'given up',
};
/** DNS answered, and said that the name or its address does not exist. */
const ABSENT = new Set(['ENOTFOUND', 'ENODATA']);

export class SystemNameService implements NameService {
  readonly #options: NameServiceOptions;
  readonly #clock: Clock;
  #resolver: dns.Resolver;
  #hosts: ReadonlyMap<string, readonly string[]> = new Map();
  #filesCheckedMono = Number.NEGATIVE_INFINITY;
  #hostsVersion = '';
  #resolvVersion: string;
  /** The end of the queue of getaddrinfo calls. */
  #lookups: Promise<unknown> = Promise.resolve();
  #closed = false;

  constructor(options: NameServiceOptions, clock: Clock) {
    this.#options = options;
    this.#clock = clock;
    this.#resolvVersion = fileVersion(RESOLV_CONF);
    this.#resolver = this.#newResolver();
  }

  async resolve(host: string, family: 4 | 6 | null): Promise<Resolution> {
    this.#readChangedFiles();
    const listed = this.#fromHosts(host, family);
    if (listed !== null) return listed;
    const answer = await this.#fromDns(host, family);
    if (answer.ok || !ABSENT.has(answer.code) || this.#closed) return answer;
    const lookup = this.#lookups.then(() => this.#fromSystem(host, family));
    this.#lookups = lookup;
    return (await lookup) ?? answer;
  }

  close(): void {
    this.#closed = true;
    this.#resolver.cancel();
  }

  #newResolver(): dns.Resolver {
    const { servers, timeoutMs, tries } = this.#options;
    const resolver = new dns.Resolver({ timeout: timeoutMs, tries });
    if (servers !== null) resolver.setServers(servers);
    return resolver;
  }

  #readChangedFiles(): void {
    const now = this.#clock.mono();
    if (now - this.#filesCheckedMono < FILES_EVERY_MS) return;
    this.#filesCheckedMono = now;
    const hostsVersion = fileVersion(this.#options.hostsFile);
    if (hostsVersion !== this.#hostsVersion) {
      this.#hostsVersion = hostsVersion;
      this.#hosts = parseHosts(textOf(this.#options.hostsFile));
    }
    const resolvVersion = fileVersion(RESOLV_CONF);
    if (resolvVersion !== this.#resolvVersion) {
      // c-ares reads the file once per resolver. Queries under way end on the old one.
      this.#resolvVersion = resolvVersion;
      this.#resolver = this.#newResolver();
    }
  }

  #fromHosts(host: string, family: 4 | 6 | null): Resolution | null {
    const listed = this.#hosts.get(plainName(host)) ?? [];
    for (const wanted of family === null ? ([4, 6] as const) : [family]) {
      const addresses = listed.filter((address) => address.includes(':') === (wanted === 6));
      if (addresses.length > 0) return { ok: true, addresses, family: wanted, ttlSeconds: null };
    }
    return null;
  }

  async #fromDns(host: string, family: 4 | 6 | null): Promise<Resolution> {
    const first = await this.#query(host, family ?? 4);
    // Only "no data" says that the name exists, perhaps with an IPv6 address; other failures hold for both.
    if (family !== null || first.ok || first.code !== 'ENODATA') return first;
    return this.#query(host, 6);
  }

  async #query(host: string, family: 4 | 6): Promise<Resolution> {
    const resolver = this.#resolver;
    try {
      const records = await (family === 4
        ? resolver.resolve4(host, { ttl: true })
        : resolver.resolve6(host, { ttl: true }));
      if (records.length === 0) return failure('ENODATA', resolver);
      const addresses = records.map((record) => record.address);
      return { ok: true, addresses, family, ttlSeconds: Math.min(...records.map((record) => record.ttl)) };
    } catch (error) {
      return failure((error as NodeJS.ErrnoException).code ?? 'EBADRESP', resolver);
    }
  }

  async #fromSystem(host: string, family: 4 | 6 | null): Promise<Resolution | null> {
    if (this.#closed) return null;
    try {
      const found = await dns.lookup(host, { all: true, family: family ?? 0, order: 'ipv4first' });
      const wanted = found[0]?.family === 6 ? 6 : 4;
      const addresses = found.filter((entry) => entry.family === wanted).map((entry) => entry.address);
      return addresses.length > 0 ? { ok: true, addresses, family: wanted, ttlSeconds: null } : null;
    } catch {
      return null; // DNS's own answer says more
    }
  }
}

function failure(code: string, resolver: dns.Resolver): Resolution {
  const servers = resolver.getServers();
  const from = `DNS server${servers.length > 1 ? 's' : ''} ${servers.join(', ')}`;
  return { ok: false, code, text: `${PHRASES[code] ?? code} from ${from}` };
}

function fileVersion(path: string): string {
  try {
    const stat = statSync(path);
    return `${stat.ino} ${stat.mtimeMs} ${stat.size}`;
  } catch {
    return '';
  }
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
