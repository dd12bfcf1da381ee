/** The ICMP engine on the real machine: its clocks, timers, sockets and randomness. */
import { randomFillSync } from 'node:crypto';
import { openIcmp } from '../kernel/open-icmp.ts';
import type { ProbeSink } from '../measure/singleton.ts';
import type { AddressSource } from './address-source.ts';
import { type Clock, probeClock } from './clock.ts';
import { IcmpEngine, type IcmpOptions } from './icmp-engine.ts';

export function systemIcmpEngine(
  options: IcmpOptions,
  addresses: AddressSource,
  sink: ProbeSink,
  clock: Clock = probeClock(),
): IcmpEngine {
  return new IcmpEngine(options, {
    sink,
    addresses,
    clock,
    random: Math.random,
    fillRandom: (words) => void randomFillSync(words),
    openDoor: openIcmp,
  });
}
