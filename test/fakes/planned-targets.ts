/** Sites and targets with every default filled in, for tests that only care about a few fields. */
import type { DnsTarget, HttpTarget, IcmpTarget, Site, TcpTarget, Thresholds } from '../../agent/measure/target.ts';

/** The defaults of DESIGN 8. */
export const THRESHOLDS: Thresholds = {
  lossDegraded: 0.02,
  lossDown: 1,
  rttDegradedMs: 150,
  jitterDegradedMs: null,
  windowMs: 10_000,
  clearMs: 30_000,
};

export function site(name: string, over: Partial<Site> = {}): Site {
  return { name, cidrs: [], critical: false, expect: { link: null, mtu: null }, ...over };
}

const base = (name: string, siteName: string) => ({
  name,
  site: siteName,
  everyMs: 1000,
  timeoutMs: 1000,
  family: null,
  thresholds: THRESHOLDS,
});

export function icmp(name: string, siteName: string, host: string, over: Partial<IcmpTarget> = {}): IcmpTarget {
  return {
    ...base(name, siteName),
    kind: 'icmp',
    host,
    size: 56,
    df: false,
    dscp: 0,
    ttl: 64,
    source: null,
    interface: null,
    ...over,
  };
}

export function tcp(
  name: string,
  siteName: string,
  host: string,
  port: number,
  over: Partial<TcpTarget> = {},
): TcpTarget {
  return { ...base(name, siteName), kind: 'tcp', host, port, source: null, ...over };
}

export function http(name: string, siteName: string, url: string, over: Partial<HttpTarget> = {}): HttpTarget {
  return {
    ...base(name, siteName),
    kind: 'http',
    url,
    method: 'GET',
    expectStatus: [200],
    expectBody: null,
    insecure: false,
    headers: {},
    ...over,
  };
}

export function dns(
  name: string,
  siteName: string,
  server: string,
  query: string,
  over: Partial<DnsTarget> = {},
): DnsTarget {
  return {
    ...base(name, siteName),
    kind: 'dns',
    server,
    port: 53,
    query,
    type: 'A',
    expect: null,
    transport: 'udp',
    ...over,
  };
}
