/** The watch over this host's own limits, with the drivers' counters where FFI reaches them. */
import { HostWatch } from '../../host/host-watch.ts';
import { Ethtool } from '../../kernel/ethtool.ts';
import { KernelUnavailable } from '../../kernel/kernel-unavailable.ts';

export function watchHost(): HostWatch {
  return new HostWatch({ drivers: openDrivers() });
}

function openDrivers(): Ethtool | null {
  try {
    const drivers = Ethtool.open();
    return typeof drivers === 'number' ? null : drivers;
  } catch (error) {
    if (error instanceof KernelUnavailable) return null;
    throw error;
  }
}
