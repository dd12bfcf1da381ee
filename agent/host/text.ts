/**
 * The kernel's text files, decoded (proc(5), Documentation/accounting/psi.rst). Pure: text in, numbers out.
 * Columns that an older kernel does not have are null; a file of another shape gives null, not nonsense.
 */

/** Jiffies of all cores together since boot. */
export interface CpuTimes {
  readonly cores: number;
  /** Everything but idle and waiting for disks; steal is in it. */
  readonly busy: number;
  readonly steal: number;
  readonly total: number;
}

/** /proc/stat. Times spent for guests are in user and nice already and are left out. */
export function decodeCpuTimes(text: string): CpuTimes | null {
  const line = /^cpu +([\d ]+)$/m.exec(text)?.[1];
  if (line === undefined) return null;
  const [user = 0, nice = 0, system = 0, idle = 0, iowait = 0, irq = 0, softirq = 0, steal = 0] = line
    .trim()
    .split(' ')
    .map(Number);
  const busy = user + nice + system + irq + softirq + steal;
  return { cores: text.match(/^cpu\d+ /gm)?.length ?? 1, busy, steal, total: busy + idle + iowait };
}

/** /proc/loadavg: the first of its three averages. */
export function decodeLoad(text: string): number | null {
  const load = /^(\d+\.\d+) /.exec(text)?.[1];
  return load === undefined ? null : Number(load);
}

/** /proc/pressure/*: µs since boot in which some task waited, and in which all did (null: not told, as for cpu). */
export function decodePressure(text: string): { readonly some: number; readonly full: number | null } | null {
  const some = /^some .*total=(\d+)/m.exec(text)?.[1];
  const full = /^full .*total=(\d+)/m.exec(text)?.[1];
  return some === undefined ? null : { some: Number(some), full: full === undefined ? null : Number(full) };
}

/** /proc/meminfo, bytes. `MemAvailable` exists since 3.14. */
export function decodeMemory(text: string): { readonly total: number | null; readonly available: number | null } {
  const bytes = (name: string): number | null => {
    const kib = new RegExp(`^${name}: +(\\d+) kB$`, 'm').exec(text)?.[1];
    return kib === undefined ? null : Number(kib) * 1024;
  };
  return { total: bytes('MemTotal'), available: bytes('MemAvailable') };
}

/** /proc/net/softnet_stat: a line per CPU of 32-bit counters in hex; dropped and time_squeeze are the 2nd and 3rd. */
export function decodeSoftnet(text: string): { readonly dropped: number[]; readonly squeezed: number[] } {
  const lines = text.split('\n').filter((line) => line !== '');
  const column = (index: number): number[] => lines.map((line) => Number.parseInt(line.split(' ')[index] ?? '0', 16));
  return { dropped: column(1), squeezed: column(2) };
}

export interface InterfaceCounters {
  readonly name: string;
  readonly dropped: number;
  readonly errors: number;
}

/**
 * /proc/net/dev: `name:` then bytes packets errs drop fifo frame compressed multicast received, bytes packets errs
 * drop fifo colls carrier compressed sent. `drop` of what was received holds what the hardware missed
 * (rx_missed_errors); a name may hold anything but a slash and white space, a colon too.
 */
export function decodeInterfaces(text: string): InterfaceCounters[] {
  const interfaces: InterfaceCounters[] = [];
  for (const line of text.split('\n').slice(2)) {
    const [, name, rest] = /^ *(\S+): *(\d[\d ]*)$/.exec(line) ?? [];
    const counters = rest?.trim().split(/ +/).map(Number);
    if (name === undefined || counters?.length !== 16) continue;
    const [, , rxErrors = 0, rxDropped = 0] = counters;
    const [, , txErrors = 0, txDropped = 0] = counters.slice(8);
    interfaces.push({ name, dropped: rxDropped + txDropped, errors: rxErrors + txErrors });
  }
  return interfaces;
}

/** One counter of snmp and netstat: a line of names, then a line of numbers, both headed by the protocol. */
export function decodeProtocolCounter(text: string, protocol: string, name: string): number | null {
  const [names, values] = text.split('\n').filter((line) => line.startsWith(`${protocol}: `));
  const index = names?.split(' ').indexOf(name) ?? -1;
  const value = index > 0 ? values?.split(' ')[index] : undefined;
  return value === undefined ? null : Number(value);
}

/** A file that holds one number. */
export function decodeNumber(text: string): number | null {
  return /^\d+\s*$/.test(text) ? Number(text) : null;
}

/** /proc/net/stat/nf_conntrack: a line of names, then one per CPU in hex; the first column is the same in all. */
export function decodeConntrackEntries(text: string): number | null {
  const entries = /^entries .*\n([0-9a-f]{8}) /.exec(text)?.[1];
  return entries === undefined ? null : Number.parseInt(entries, 16);
}
