/**
 * A link in user space: packets that enter one TUN device leave the other one as the link model says.
 *
 *   node test/netns/link-emulator.ts '{"a":{"namespace":"x","device":"wan0"},"b":{…},"forth":{…},"back":{…},…}'
 *
 * Runs as its own process, because it must be on time whatever the test does: one loop that waits in ppoll(2) with
 * a timer slack of 1 ns until shortly before the next deadline and then watches the clock. Without `b` the far end
 * is played by the emulator itself: it answers every echo request. Requests are JSON lines on standard input
 * (`link.ts` speaks for the test), each answered by one line; it ends when standard input does, so it never outlives
 * its test.
 */
import { closeSync, constants, openSync, readSync, writeSync } from 'node:fs';
import koffi from 'koffi';
import { enter } from './enter.ts';
import { LinkModel, type LinkSettings } from './link-model.ts';
import { answerEcho, fragment, mayFragment, tooBig } from './packet.ts';

export interface EmulatorOptions {
  readonly a: { readonly namespace: string; readonly device: string };
  readonly b: { readonly namespace: string; readonly device: string } | null;
  /** From a to b, and from b to a. */
  readonly forth: LinkSettings;
  readonly back: LinkSettings;
  readonly seed: number;
  /** Sender of "too big" errors. */
  readonly router: { readonly v4: string; readonly v6: string };
  /** How long before a deadline to stop sleeping and watch the clock. */
  readonly spinMs: number;
}

export interface EmulatorStats {
  readonly forth: LinkModel['counts'];
  readonly back: LinkModel['counts'];
  readonly tooBig: number;
  /** Packets a TUN device would not take, or for which no buffer was free. */
  readonly writeErrors: number;
  readonly overflows: number;
  /** Packets delivered, and how late: the worst, and how many by over 1 ms. */
  readonly delivered: number;
  readonly worstLateMs: number;
  readonly late: number;
}

const libc = koffi.load(null);
type Call = (...args: unknown[]) => number;
const ioctl = libc.func('int ioctl(int fd, unsigned long request, void *argument)') as Call;
const readPacket = libc.func('long read(int fd, void *buffer, size_t count)') as Call;
const writePacket = libc.func('long write(int fd, void *buffer, size_t count)') as Call;
const ppoll = libc.func('int ppoll(void *fds, unsigned long n, void *timeout, void *mask)') as Call;
const prctl = libc.func('int prctl(int option, unsigned long value)') as Call;

const TUNSETIFF = 0x400454ca;
const IFF_TUN = 1;
const IFF_NO_PI = 0x1000;
const PR_SET_TIMERSLACK = 29;
const SLOTS = 8192;
const SLOT_BYTES = 9216;
/** Packets read from one device before deadlines are looked at again. */
const BURST = 32;

function openTun(namespace: string, device: string): number {
  using _inside = enter(namespace);
  const fd = openSync('/dev/net/tun', constants.O_RDWR | constants.O_NONBLOCK);
  const request = Buffer.alloc(40); // struct ifreq: name[16], flags
  request.write(device, 0, 'latin1');
  request.writeUInt16LE(IFF_TUN | IFF_NO_PI, 16);
  if (ioctl(fd, TUNSETIFF, request) < 0) {
    closeSync(fd);
    throw new Error(`TUNSETIFF ${device}: errno ${koffi.errno()}`);
  }
  return fd;
}

/** Packets waiting to come out: a binary heap by due time, then by arrival. */
class Waiting {
  readonly #due = new Float64Array(SLOTS);
  readonly #order = new Float64Array(SLOTS);
  readonly #heap = new Uint16Array(SLOTS);
  #arrivals = 0;
  size = 0;

  /** Due time of the first; Infinity when none waits. */
  get next(): number {
    return this.size > 0 ? this.#due[this.#heap[0]!]! : Infinity;
  }

  #before(a: number, b: number): boolean {
    return this.#due[a]! < this.#due[b]! || (this.#due[a] === this.#due[b] && this.#order[a]! < this.#order[b]!);
  }

  push(slot: number, due: number): void {
    this.#due[slot] = due;
    this.#order[slot] = this.#arrivals++;
    let at = this.size++;
    for (let parent = (at - 1) >> 1; at > 0 && this.#before(slot, this.#heap[parent]!); parent = (at - 1) >> 1) {
      this.#heap[at] = this.#heap[parent]!;
      at = parent;
    }
    this.#heap[at] = slot;
  }

  pop(): number {
    const first = this.#heap[0]!;
    const moved = this.#heap[--this.size]!;
    let at = 0;
    for (;;) {
      let child = at * 2 + 1;
      if (child >= this.size) break;
      if (child + 1 < this.size && this.#before(this.#heap[child + 1]!, this.#heap[child]!)) child++;
      if (!this.#before(this.#heap[child]!, moved)) break;
      this.#heap[at] = this.#heap[child]!;
      at = child;
    }
    this.#heap[at] = moved;
    return first;
  }
}

const ip6Bytes = (address: string): Buffer => {
  const [head = '', tail = ''] = address.split('::');
  const groups = (text: string): string[] => text.split(':').filter((g) => g !== '');
  const missing = 8 - groups(head).length - groups(tail).length;
  const all = [...groups(head), ...new Array<string>(missing).fill('0'), ...groups(tail)];
  return Buffer.from(all.map((g) => g.padStart(4, '0')).join(''), 'hex');
};

class Emulator {
  readonly #fds: readonly [number, number];
  readonly #models: readonly [LinkModel, LinkModel];
  readonly #router: { v4: Buffer; v6: Buffer };
  readonly #answers: boolean;
  readonly #spinMs: number;
  readonly #buffers: Buffer[] = [];
  readonly #lengths = new Uint16Array(SLOTS);
  /** Direction a waiting packet travels: 0 forth, 1 back. */
  readonly #ways = new Uint8Array(SLOTS);
  readonly #free: number[] = [];
  readonly #waiting = new Waiting();
  readonly #due: [number, number] = [0, 0];
  #tooBig = 0;
  #writeErrors = 0;
  #overflows = 0;
  #delivered = 0;
  #worstLateMs = 0;
  #late = 0;
  #request = '';

  constructor(options: EmulatorOptions) {
    const a = openTun(options.a.namespace, options.a.device);
    this.#answers = options.b === null;
    this.#fds = [a, options.b === null ? a : openTun(options.b.namespace, options.b.device)];
    this.#models = [new LinkModel(options.forth, options.seed), new LinkModel(options.back, options.seed + 1)];
    this.#router = { v4: Buffer.from(options.router.v4.split('.').map(Number)), v6: ip6Bytes(options.router.v6) };
    this.#spinMs = options.spinMs;
    const memory = Buffer.allocUnsafeSlow(SLOTS * SLOT_BYTES);
    for (let slot = 0; slot < SLOTS; slot++) {
      this.#buffers.push(memory.subarray(slot * SLOT_BYTES, (slot + 1) * SLOT_BYTES));
      this.#free.push(slot);
    }
    prctl(PR_SET_TIMERSLACK, 1);
  }

  run(): never {
    const [a, b] = this.#fds;
    const polled = Buffer.alloc(24); // 3 × struct pollfd: fd, events, revents
    for (const [i, fd] of [0, a, this.#answers ? -1 : b].entries()) {
      polled.writeInt32LE(fd, i * 8);
      polled.writeUInt16LE(1, i * 8 + 4);
    }
    const timeout = Buffer.alloc(16);
    this.#reply({ ready: true });
    for (;;) {
      const sleepMs = Math.min(1000, Math.max(0, this.#waiting.next - performance.now() - this.#spinMs));
      timeout.writeBigInt64LE(BigInt(Math.floor(sleepMs / 1000)), 0);
      timeout.writeBigInt64LE(BigInt(Math.floor((sleepMs % 1000) * 1e6)), 8);
      ppoll(polled, 3, timeout, null);
      this.#deliverDue();
      if (polled.readUInt16LE(6) !== 0) this.#readRequests();
      if (polled.readUInt16LE(14) !== 0) this.#take(0);
      if (polled.readUInt16LE(22) !== 0) this.#take(1);
    }
  }

  /** Reads what entered the link at the end of `way`. */
  #take(way: 0 | 1): void {
    for (let i = 0; i < BURST; i++) {
      const slot = this.#free.pop();
      if (slot === undefined) {
        this.#overflows++;
        return;
      }
      const buffer = this.#buffers[slot]!;
      const length = readPacket(this.#fds[way], buffer, SLOT_BYTES);
      if (length <= 0) {
        this.#free.push(slot);
        return;
      }
      this.#lengths[slot] = length;
      this.#enter(slot, way, performance.now());
    }
  }

  /** Puts a packet on the link, or what the link makes of one that is too big for it. */
  #enter(slot: number, way: 0 | 1, now: number): void {
    const length = this.#lengths[slot]!;
    const { mtu } = this.#models[way].settings;
    if (mtu === null || length <= mtu) {
      this.#schedule(slot, way, now);
      return;
    }
    const packet = this.#buffers[slot]!.subarray(0, length);
    if (mayFragment(packet)) {
      for (const part of fragment(packet, mtu)) this.#copyIn(part, way, now);
    } else {
      this.#tooBig++;
      const error = tooBig(packet, mtu, this.#router);
      if (writePacket(this.#fds[way], error, error.length) < 0) this.#writeErrors++;
    }
    this.#free.push(slot);
  }

  #copyIn(packet: Buffer, way: 0 | 1, now: number): void {
    const slot = this.#free.pop();
    if (slot === undefined) {
      this.#overflows++;
      return;
    }
    packet.copy(this.#buffers[slot]!);
    this.#lengths[slot] = packet.length;
    this.#schedule(slot, way, now);
  }

  #schedule(slot: number, way: 0 | 1, now: number): void {
    const copies = this.#models[way].pass(now, this.#lengths[slot]!, this.#due);
    if (copies === 0) {
      this.#free.push(slot);
      return;
    }
    this.#ways[slot] = way;
    this.#waiting.push(slot, this.#due[0]);
    if (copies === 2) this.#copyDuplicate(slot, way);
  }

  #copyDuplicate(slot: number, way: 0 | 1): void {
    const twin = this.#free.pop();
    if (twin === undefined) {
      this.#overflows++;
      return;
    }
    const length = this.#lengths[slot]!;
    this.#buffers[slot]!.copy(this.#buffers[twin]!, 0, 0, length);
    this.#lengths[twin] = length;
    this.#ways[twin] = way;
    this.#waiting.push(twin, this.#due[1]);
  }

  #deliverDue(): void {
    for (let now = performance.now(); this.#waiting.next <= now; now = performance.now()) {
      const lateMs = now - this.#waiting.next;
      const slot = this.#waiting.pop();
      const way = this.#ways[slot] === 0 ? 0 : 1;
      const packet = this.#buffers[slot]!;
      if (this.#answers && way === 0) {
        if (answerEcho(packet.subarray(0, this.#lengths[slot]!))) this.#enter(slot, 1, now);
        else this.#free.push(slot);
        continue;
      }
      if (writePacket(this.#fds[1 - way], packet, this.#lengths[slot]!) < 0) this.#writeErrors++;
      this.#delivered++;
      this.#worstLateMs = Math.max(this.#worstLateMs, lateMs);
      if (lateMs > 1) this.#late++;
      this.#free.push(slot);
    }
  }

  #readRequests(): void {
    const chunk = Buffer.alloc(65536);
    const length = readSync(0, chunk);
    if (length === 0) process.exit(0);
    this.#request += chunk.toString('utf8', 0, length);
    for (let end = this.#request.indexOf('\n'); end >= 0; end = this.#request.indexOf('\n')) {
      this.#answer(JSON.parse(this.#request.slice(0, end)));
      this.#request = this.#request.slice(end + 1);
    }
  }

  #answer(request: { forth?: Partial<LinkSettings>; back?: Partial<LinkSettings> }): void {
    if (request.forth !== undefined) this.#models[0].change(request.forth);
    if (request.back !== undefined) this.#models[1].change(request.back);
    this.#reply({
      forth: this.#models[0].counts,
      back: this.#models[1].counts,
      tooBig: this.#tooBig,
      writeErrors: this.#writeErrors,
      overflows: this.#overflows,
      delivered: this.#delivered,
      worstLateMs: this.#worstLateMs,
      late: this.#late,
    } satisfies EmulatorStats);
  }

  #reply(message: object): void {
    writeSync(1, `${JSON.stringify(message)}\n`);
  }
}

const [, script = '', argument] = process.argv;
if (script.endsWith('link-emulator.ts') && argument !== undefined) new Emulator(JSON.parse(argument)).run();
