/** How prefixes lie in each other (RFC 4632). */
import type { Prefix } from './address.ts';

/** True when every address of `inner` is one of `outer`. */
export function covers(outer: Prefix, inner: Prefix): boolean {
  return outer.family === inner.family && outer.length <= inner.length && agree(outer, inner, outer.length);
}

export function overlap(one: Prefix, other: Prefix): boolean {
  return one.family === other.family && agree(one, other, Math.min(one.length, other.length));
}

function agree(one: Prefix, other: Prefix, bits: number): boolean {
  const whole = bits >> 3;
  for (let i = 0; i < whole; i += 1) if (one.bytes[i] !== other.bytes[i]) return false;
  const rest = bits & 7;
  if (rest === 0) return true;
  const mask = (0xff00 >> rest) & 0xff;
  return ((one.bytes[whole] ?? 0) & mask) === ((other.bytes[whole] ?? 0) & mask);
}

/** Share of the addresses of `outer` that `inner` takes, when it lies inside. */
export const shareOf = (inner: Prefix, outer: Prefix): number => 2 ** (outer.length - inner.length);
