/** The checked configuration → `Config`: names resolved, secrets put in, units done. Nothing can fail here. */
import type { Site, Target, Thresholds } from '../measure/target.ts';
import { familyOf, reverseName } from './address.ts';
import type { Config } from './config.ts';
import type { Written } from './schema.ts';
import { Secret } from './secret.ts';
import type { SecretTexts } from './secrets.ts';
import type { CheckedTarget } from './validate.ts';

type Settings = Omit<Written, 'targets'>;

export function finish(
  written: Settings,
  checkedTargets: readonly CheckedTarget[],
  builtInTargets: boolean,
  secrets: SecretTexts,
): Config {
  const targets = checkedTargets
    .filter(({ value }) => value.enabled)
    .map((checked) => targetOf(checked, written.probe, secrets));
  const { http, flows } = written;
  return {
    title: written.title ?? null,
    sites: sitesOf(written),
    targets,
    builtInTargets,
    flows: {
      enabled: flows.enabled,
      everyMs: flows.every,
      capacity: flows.capacity,
      loopback: flows.loopback,
      ownProbes: flows.ownProbes,
      awsRanges: flows.awsRanges ?? null,
      rto: flows.rto,
    },
    vpc: vpcOf(written),
    http: {
      host: http.listen.host,
      port: http.listen.port,
      allow: http.allow ?? null,
      auth:
        http.auth === undefined
          ? null
          : {
              basic: http.auth.basic.map(({ user, password }) => ({ user, password: secretOf(password, secrets) })),
              bearer: http.auth.bearer.map((token) => secretOf(token, secrets)),
            },
      tls: http.tls === undefined ? null : { certFile: http.tls.certificate, keyFile: http.tls.key },
      names: http.names,
    },
    publish: {
      cloudwatch: cloudWatchOf(written),
      eventBridge: eventBridgeOf(written),
      spool: written.publish.spool,
    },
    parameters: {
      enabled: written.parameters.enabled,
      path: written.parameters.path,
      region: written.parameters.region ?? null,
      endpoint: written.parameters.endpoint ?? null,
    },
    aws: {
      proxy: written.aws.proxy ?? null,
      certificates: written.aws.certificates ?? null,
      fips: written.aws.fips,
    },
    history: written.history,
    state: written.state,
    log: written.log,
  };
}

function vpcOf({ vpc }: Settings): Config['vpc'] {
  const { enabled, id, region, endpoints, every, thresholds, limits, features, networkManager, rules } = vpc;
  return {
    enabled,
    id: id ?? null,
    region: region ?? null,
    endpoints: { ec2: endpoints.ec2 ?? null, directConnect: endpoints.directConnect ?? null },
    every,
    thresholds: { usage: thresholds.usage, exhaustionMs: thresholds.exhaustion, routes: thresholds.routes },
    limits,
    features,
    networkManager: {
      queue: networkManager.queue ?? null,
      region: networkManager.region ?? regionOf(networkManager.queue) ?? NETWORK_MANAGER_REGION,
      endpoint: networkManager.endpoint ?? null,
    },
    rules,
  };
}

/** Network Manager's events come out here and nowhere else. */
const NETWORK_MANAGER_REGION = 'us-west-2';

/** "https://sqs.us-west-2.amazonaws.com/…" → "us-west-2" */
const regionOf = (queue: string | undefined): string | null => /\bsqs\.([a-z0-9-]+)\./.exec(queue ?? '')?.[1] ?? null;

function cloudWatchOf({ publish: { cloudwatch } }: Settings): Config['publish']['cloudwatch'] {
  const { enabled, namespace, set, maxSeries, period } = cloudwatch;
  return {
    enabled,
    region: cloudwatch.region ?? null,
    endpoint: cloudwatch.endpoint ?? null,
    namespace,
    vpc: cloudwatch.vpc ?? null,
    periodMs: period,
    set,
    maxSeries,
  };
}

function eventBridgeOf({ publish: { eventBridge } }: Settings): Config['publish']['eventBridge'] {
  const { enabled, bus, region, endpoint } = eventBridge;
  return { enabled, bus, region: region ?? null, endpoint: endpoint ?? null };
}

function secretOf(reference: string, secrets: SecretTexts): Secret {
  const text = secrets.get(reference);
  // an empty password would let everybody in, so a caller that skipped reading must hear of it
  if (text === undefined) throw new Error(`the secret ${reference} was not read`);
  return new Secret(text);
}

/** Sites that only targets name are among them already (`fill.ts`). */
function sitesOf(written: Settings): Site[] {
  return Object.entries(written.sites).map(([name, { cidrs, critical, expect }]) => {
    return { name, cidrs, critical, expect: { link: expect.link ?? null, mtu: expect.mtu ?? null } };
  });
}

/** The thresholds of a target after inheritance, where every key is there (`fill.ts`). */
function thresholdsOf(merged: CheckedTarget['value']['thresholds']): Thresholds {
  const { loss, rtt, jitter, window, clear } = merged ?? {};
  if (loss?.degraded === undefined || loss.down === undefined || window === undefined || clear === undefined) {
    throw new Error('a target came without its inherited thresholds');
  }
  return {
    lossDegraded: loss.degraded,
    lossDown: loss.down,
    rttDegradedMs: rtt?.degraded ?? null,
    jitterDegradedMs: jitter?.degraded ?? null,
    windowMs: window,
    clearMs: clear,
  };
}

function targetOf(checked: CheckedTarget, probe: Settings['probe'], secrets: SecretTexts): Target {
  const { value } = checked;
  const base = {
    name: value.name,
    site: value.site,
    everyMs: value.every,
    timeoutMs: value.timeout,
    family: value.family ?? null,
    thresholds: thresholdsOf(value.thresholds),
  };
  switch (checked.kind) {
    case 'icmp': {
      const { icmp: host, size, df, dscp, ttl } = checked.value;
      const from = sourceFor(host, base.family, checked.value.source, probe.source);
      const through = checked.value.interface ?? probe.interface ?? null;
      return { ...base, ...from, kind: 'icmp', host, size, df, dscp, ttl, interface: through };
    }
    case 'tcp': {
      const { host, port } = checked.value.tcp;
      return { ...base, ...sourceFor(host, base.family, checked.value.source, probe.source), kind: 'tcp', host, port };
    }
    case 'http': {
      const { http: url, method, insecure, expect } = checked.value;
      const headers = Object.fromEntries(
        Object.entries(checked.value.headers ?? {}).map(([name, text]) => [name, secrets.get(text) ?? text]),
      );
      return {
        ...base,
        kind: 'http',
        url,
        method,
        insecure,
        headers,
        expectStatus: expect.status,
        expectBody: expect.body ?? null,
      };
    }
    case 'dns': {
      const { server, port, type, transport } = checked.value.dns;
      const query = (type === 'PTR' ? reverseName(checked.value.dns.query) : null) ?? checked.value.dns.query;
      const expect = checked.value.expect?.answers ?? null;
      return { ...base, kind: 'dns', server, port, query, type, transport, expect };
    }
  }
}

/**
 * The address to send from: the target's own, else that for all probes where its family fits. A name that may
 * resolve to either family is then held to that of the source, for it could not be sent otherwise.
 */
function sourceFor(
  host: string,
  family: 4 | 6 | null,
  own: string | undefined,
  forAll: string | undefined,
): { readonly source: string | null; readonly family: 4 | 6 | null } {
  const wanted = familyOf(host) ?? family;
  const source = own ?? forAll;
  if (source === undefined) return { source: null, family };
  const sourceFamily = familyOf(source);
  if (wanted !== null && wanted !== sourceFamily) return { source: null, family };
  return { source, family: familyOf(host) === null ? sourceFamily : family };
}
