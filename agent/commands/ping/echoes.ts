/** The ICMP engine as `ping` uses it: fixed addresses, a count of probes, replies told at once. */
import type { ProbeSink } from '../../measure/singleton.ts';
import type { IcmpTarget } from '../../measure/target.ts';
import type { AddressSource, KnownAddress } from '../../probe/address-source.ts';
import type { IcmpEngine } from '../../probe/icmp-engine.ts';
import { systemIcmpEngine } from '../../probe/icmp-system.ts';

export interface EchoTarget {
  readonly id: number;
  readonly target: IcmpTarget;
  readonly address: string;
}

export type Opening =
  | { readonly ok: true; readonly mode: 'raw' | 'ping'; readonly engine: IcmpEngine; readonly text: string }
  /** No socket may be opened. */
  | { readonly ok: false; readonly text: string };

function fixed(targets: readonly EchoTarget[]): AddressSource {
  const known = new Map(
    targets.map(({ id, address }): [number, KnownAddress] => [
      id,
      {
        address,
        family: address.includes(':') ? 6 : 4,
        resolvedAt: null,
        tookMs: null,
        problem: null,
        problemSince: null,
      },
    ]),
  );
  const nothing = { address: null, family: null, resolvedAt: null, tookMs: null, problem: null, problemSince: null };
  return { want: () => {}, drop: () => {}, current: (id) => known.get(id) ?? nothing, onChange: () => () => {} };
}

/** Replies are told this soon, for somebody watches. */
const TELL_MS = 20;
/** More targets than this begin spread over the interval: a burst to all at once could lose packets by itself. */
const AT_ONCE = 16;

/** Starts probing. */
export function openEchoes(targets: readonly EchoTarget[], count: number | null, sink: ProbeSink): Opening {
  const start = targets.length <= AT_ONCE ? 'at-once' : 'random';
  const options = { start, tickMs: TELL_MS, ...(count === null ? {} : { count }) } as const;
  const engine = systemIcmpEngine(options, fixed(targets), sink);
  engine.setTargets(targets.map(({ id, target }) => ({ id, target })));
  const { mode, text, remedy } = engine.status();
  const sentence = remedy === null ? text : `${text}; to change that: ${remedy}`;
  if (mode === 'raw' || mode === 'ping') return { ok: true, mode, engine, text: sentence };
  void engine.close();
  return { ok: false, text: sentence };
}
