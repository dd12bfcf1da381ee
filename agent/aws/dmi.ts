/**
 * Whether this machine is an EC2 instance, from what the firmware tells the kernel (DMI), without a packet. Only then
 * is the instance metadata asked: elsewhere 169.254.169.254 may be anybody, or nobody for a long time.
 *
 * Nitro and metal: `sys_vendor` is "Amazon EC2". Xen: `bios_version` holds "amazon", or the hypervisor's id begins
 * with "ec2" (EC2 User Guide, "Detect whether a host is an EC2 instance"). None of the files needs privileges.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** @param root where /sys is mounted */
export function isEc2(root = '/sys'): boolean {
  const read = (path: string): string => {
    try {
      return readFileSync(join(root, path), 'latin1').trim();
    } catch {
      return '';
    }
  };
  return (
    read('class/dmi/id/sys_vendor') === 'Amazon EC2' ||
    /amazon/i.test(read('class/dmi/id/bios_version')) ||
    /^ec2/i.test(read('hypervisor/uuid'))
  );
}
