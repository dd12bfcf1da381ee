/**
 * The lab most tests want: a sender, its router, and a far host behind an emulated wide-area link.
 *
 *   sender ──veth── router ──emulated── far        (far null: the emulator answers for 10.30.0.0/16 and fd30::/64)
 *
 * A capture on the sender's veth sees what the sender's kernel sent and got.
 */
import type { TestContext } from 'node:test';
import { type Host, type Lab, labFor } from './lab.ts';
import { type EmulatedLink, emulatedLink, type LinkOptions } from './link.ts';

export interface WanPath {
  readonly lab: Lab;
  readonly sender: Host;
  readonly router: Host;
  readonly link: EmulatedLink;
}

/** Addresses of the far host. */
export const FAR4 = '10.30.0.2';
export const FAR6 = 'fd30::2';
/** Addresses of the router on the sender's side. */
export const ROUTER4 = '10.29.0.2';
export const ROUTER6 = 'fd29::2';
/** The sender's device towards the router. */
export const SENDER_DEVICE = 'to-router';

async function lay(lab: Lab, far: 'host' | 'emulator', options: LinkOptions): Promise<WanPath & { far: Host | null }> {
  const [sender, router] = [lab.host('sender'), lab.router('router')];
  const host = far === 'host' ? lab.host('far') : null;
  lab.link(sender, router, ['10.29.0.1/24', 'fd29::1/64'], [`${ROUTER4}/24`, `${ROUTER6}/64`]);
  sender.ip(`route add default via ${ROUTER4}`);
  sender.ip(`-6 route add default via ${ROUTER6}`);
  const near = ['10.30.0.1/16', 'fd30::1/64'];
  const link = await emulatedLink(lab, router, host, near, [`${FAR4}/16`, `${FAR6}/64`], options);
  host?.ip('route add default via 10.30.0.1');
  host?.ip('-6 route add default via fd30::1');
  return { lab, sender, router, link, far: host };
}

/** A path to a real far host. */
export async function wanPath(t: TestContext, options: LinkOptions = {}): Promise<WanPath & { far: Host }> {
  const path = await lay(labFor(t), 'host', options);
  if (path.far === null) throw new Error('no far host');
  return { ...path, far: path.far };
}

/** A path to 65,000 addresses, for benchmarks. */
export const answeringPath = (lab: Lab, options: LinkOptions = {}): Promise<WanPath> => lay(lab, 'emulator', options);
