/**
 * A pinger on the npm package raw-socket, written as its users write them: a timer per target, the time taken in
 * JavaScript right before the packet is handed to the kernel (`beforeCallback`) and when the reply's callback runs.
 */
import { readFileSync, writeSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Job, Outcome, Reported } from '../peers.ts';
import { blockMainThread } from './block.ts';

interface RawSocket {
  on(event: 'message', listener: (buffer: Buffer, source: string) => void): void;
  send(
    buffer: Buffer,
    offset: number,
    length: number,
    address: string,
    before: () => void,
    after: (error: Error | null) => void,
  ): void;
  close(): void;
}

const job: Job = JSON.parse(readFileSync(0, 'utf8'));
const raw = createRequire(import.meta.resolve('../raw-socket/package.json'))('raw-socket');
const socket: RawSocket = raw.createSocket({ protocol: raw.Protocol.ICMP });
const unblock = job.blocked ? blockMainThread() : () => {};

const sentAt = job.addresses.map(() => new Float64Array(job.count));
const reported: Reported[] = [];
let sent = 0;
let received = 0;
const identifier = process.pid & 0xffff;

socket.on('message', (packet) => {
  const now = performance.now();
  const at = (packet[0]! & 15) * 4;
  if (packet[at] !== 0 || packet.readUInt16BE(at + 4) !== identifier) return;
  const target = packet.readUInt32BE(at + 8);
  const nth = packet.readUInt16BE(at + 6);
  received++;
  const address = job.addresses[target];
  if (!job.quiet && address !== undefined) reported.push({ address, nth, rttMs: now - sentAt[target]![nth]! });
});

function probe(target: number, nth: number): void {
  const packet = Buffer.alloc(64);
  packet[0] = 8;
  packet.writeUInt16BE(identifier, 4);
  packet.writeUInt16BE(nth, 6);
  packet.writeUInt32BE(target, 8);
  raw.writeChecksum(packet, 2, raw.createChecksum(packet));
  const before = (): void => {
    sentAt[target]![nth] = performance.now();
  };
  socket.send(packet, 0, packet.length, job.addresses[target]!, before, (error) => {
    if (error === null) sent++;
  });
}

for (const target of job.addresses.keys()) {
  let nth = 0;
  setTimeout(
    () => {
      probe(target, nth++);
      const timer = setInterval(() => {
        if (nth < job.count) probe(target, nth++);
        else clearInterval(timer);
      }, job.everyMs);
    },
    (target / job.addresses.length) * job.everyMs,
  );
}

setTimeout(
  () => {
    unblock();
    writeSync(1, JSON.stringify({ sent, received, local: null, reported } satisfies Outcome));
    process.exit(0);
  },
  job.everyMs * job.count + 1500,
);
