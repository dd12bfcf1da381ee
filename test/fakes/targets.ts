/** Targets with every field filled in; a test names only those it is about. */
import type { DnsTarget, HttpTarget, IcmpTarget, TcpTarget, Thresholds } from '../../agent/measure/target.ts';

const thresholds: Thresholds = {
  lossDegraded: 0.02,
  lossDown: 1,
  rttDegradedMs: null,
  jitterDegradedMs: null,
  windowMs: 10_000,
  clearMs: 30_000,
};
const base = { name: 'probe', site: 'here', everyMs: 1000, timeoutMs: 1000, family: null, thresholds };

export const icmpTarget = (fields: Partial<IcmpTarget> = {}): IcmpTarget => ({
  ...base,
  kind: 'icmp',
  host: '127.0.0.1',
  size: 56,
  df: false,
  dscp: 0,
  ttl: 64,
  source: null,
  interface: null,
  ...fields,
});

export const tcpTarget = (fields: Partial<TcpTarget> = {}): TcpTarget => ({
  ...base,
  kind: 'tcp',
  host: '127.0.0.1',
  port: 443,
  source: null,
  ...fields,
});

export const httpTarget = (fields: Partial<HttpTarget> = {}): HttpTarget => ({
  ...base,
  kind: 'http',
  url: 'http://127.0.0.1/',
  method: 'GET',
  expectStatus: [200],
  expectBody: null,
  insecure: false,
  headers: {},
  ...fields,
});

export const dnsTarget = (fields: Partial<DnsTarget> = {}): DnsTarget => ({
  ...base,
  kind: 'dns',
  server: '127.0.0.1',
  port: 53,
  query: 'corp.example',
  type: 'A',
  expect: null,
  transport: 'udp',
  ...fields,
});
