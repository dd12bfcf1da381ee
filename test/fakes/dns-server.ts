/**
 * A DNS server on loopback, UDP and TCP on one port, that answers as it is told: records with TTLs, rcodes, late, twice,
 * truncated, cut short, under a wrong id or question, or not at all. What it was asked stands in `queries`.
 */
import { createSocket, type Socket as UdpSocket } from 'node:dgram';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';

/** How a name of one type is answered. */
export interface Script {
  readonly records?: readonly ResourceRecord[];
  /** 3 is NXDOMAIN, 2 SERVFAIL, 5 REFUSED. */
  readonly rcode?: number;
  readonly delayMs?: number;
  /** Over TCP, in place of `delayMs`. */
  readonly delayTcpMs?: number;
  /** No answer at all. */
  readonly drop?: boolean;
  /** Over UDP: TC set and no records. */
  readonly truncated?: boolean;
  /** How often the answer is sent over UDP. */
  readonly times?: number;
  /** Over TCP: the connection ends here, after so many bytes of the answer. */
  readonly cutAfter?: number;
  /** Last change to the message before it leaves. */
  readonly forge?: (message: Buffer) => Buffer;
}

interface ResourceRecord {
  readonly name?: string;
  readonly type: number;
  readonly ttl: number;
  readonly data: Buffer;
}

export interface Query {
  readonly name: string;
  readonly type: number;
  readonly transport: 'udp' | 'tcp';
  readonly port: number;
  readonly id: number;
}

export const TYPE = { A: 1, NS: 2, CNAME: 5, SOA: 6, PTR: 12, MX: 15, TXT: 16, AAAA: 28, SRV: 33 } as const;

const wireName = (name: string): Buffer =>
  Buffer.concat([
    ...name
      .split('.')
      .filter(Boolean)
      .map((label) => Buffer.concat([Buffer.of(label.length), Buffer.from(label)])),
    Buffer.of(0),
  ]);

export const a = (address: string, ttl = 60): ResourceRecord => ({
  type: TYPE.A,
  ttl,
  data: Buffer.from(address.split('.').map(Number)),
});
/** An IPv6 address written with all eight groups. */
export const aaaa = (address: string, ttl = 60): ResourceRecord => ({
  type: TYPE.AAAA,
  ttl,
  data: Buffer.from(
    address
      .split(':')
      .map((group) => group.padStart(4, '0'))
      .join(''),
    'hex',
  ),
});
export const cname = (name: string, ttl = 60): ResourceRecord => ({ type: TYPE.CNAME, ttl, data: wireName(name) });
export const txt = (text: string, ttl = 60): ResourceRecord => ({
  type: TYPE.TXT,
  ttl,
  data: Buffer.concat([Buffer.of(text.length), Buffer.from(text)]),
});

export class FakeDnsServer {
  readonly port: number;
  readonly address: string;
  readonly queries: Query[] = [];
  readonly #udp: UdpSocket;
  readonly #tcp: Server;
  readonly #scripts = new Map<string, Script>();
  readonly #connections = new Set<Socket>();
  readonly #timers = new Set<NodeJS.Timeout>();

  static async start(address = '127.0.0.1'): Promise<FakeDnsServer> {
    for (;;) {
      const tcp = createServer();
      tcp.listen(0, address);
      await once(tcp, 'listening');
      const { port } = tcp.address() as AddressInfo;
      const udp = createSocket(address.includes(':') ? 'udp6' : 'udp4');
      udp.bind(port, address);
      const bound = await Promise.race([
        once(udp, 'listening').then(() => true),
        once(udp, 'error').then(() => false),
      ]).catch(() => false);
      if (bound) return new FakeDnsServer(address, port, udp, tcp);
      tcp.close();
      udp.close();
    }
  }

  private constructor(address: string, port: number, udp: UdpSocket, tcp: Server) {
    this.address = address;
    this.port = port;
    this.#udp = udp;
    this.#tcp = tcp;
    udp.on('message', (message, from) =>
      this.#answer(message, 'udp', from.port, (reply, script) => {
        for (let n = script.times ?? 1; n > 0; n--) udp.send(reply, from.port, from.address);
      }),
    );
    tcp.on('connection', (socket) => this.#serve(socket));
  }

  /** Sets how `name` is answered for `type`; without a script the answer is NXDOMAIN. */
  set(name: string, type: keyof typeof TYPE, script: Script): void {
    this.#scripts.set(`${name.toLowerCase()} ${TYPE[type]}`, script);
  }

  async close(): Promise<void> {
    for (const timer of this.#timers) clearTimeout(timer);
    for (const socket of this.#connections) socket.destroy();
    this.#udp.close();
    this.#tcp.close();
    await once(this.#tcp, 'close');
  }

  #serve(socket: Socket): void {
    this.#connections.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => this.#connections.delete(socket));
    let held = Buffer.alloc(0);
    socket.on('data', (chunk) => {
      held = Buffer.concat([held, chunk]);
      while (held.length >= 2 && held.length >= 2 + held.readUInt16BE(0)) {
        const message = held.subarray(2, 2 + held.readUInt16BE(0));
        held = held.subarray(2 + message.length);
        this.#answer(message, 'tcp', socket.remotePort ?? 0, (reply, script) => {
          const framed = Buffer.concat([Buffer.of(reply.length >> 8, reply.length & 0xff), reply]);
          if (script.cutAfter === undefined) socket.write(framed);
          else socket.end(framed.subarray(0, script.cutAfter));
        });
      }
    });
  }

  #answer(
    message: Buffer,
    transport: 'udp' | 'tcp',
    port: number,
    send: (reply: Buffer, script: Script) => void,
  ): void {
    let end = 12;
    const labels: string[] = [];
    for (let size = message[end] ?? 0; size > 0; size = message[end] ?? 0) {
      labels.push(message.subarray(end + 1, end + 1 + size).toString('latin1'));
      end += 1 + size;
    }
    const name = labels.join('.');
    const type = message.readUInt16BE(end + 1);
    this.queries.push({ name, type, transport, port, id: message.readUInt16BE(0) });
    const exact = this.#scripts.get(`${name.toLowerCase()} ${type}`);
    const exists = [...this.#scripts.keys()].some((key) => key.startsWith(`${name.toLowerCase()} `));
    const script = exact ?? { rcode: exists ? 0 : 3 };
    if (script.drop) return;
    const reply = encodeReply(message.subarray(0, end + 5), script, transport);
    const timer = setTimeout(
      () => {
        this.#timers.delete(timer);
        send(script.forge?.(reply) ?? reply, script);
      },
      (transport === 'tcp' ? script.delayTcpMs : undefined) ?? script.delayMs ?? 0,
    );
    this.#timers.add(timer);
  }
}

function encodeReply(query: Buffer, script: Script, transport: 'udp' | 'tcp'): Buffer {
  const truncated = script.truncated === true && transport === 'udp';
  const records = truncated ? [] : (script.records ?? []);
  const head = Buffer.from(query);
  head.writeUInt16BE(0x8180 | (truncated ? 0x0200 : 0) | (script.rcode ?? 0), 2);
  head.writeUInt16BE(1, 4);
  head.writeUInt16BE(records.length, 6);
  head.writeUInt32BE(0, 8);
  const body = records.map((record) => {
    const fixed = Buffer.alloc(10);
    fixed.writeUInt16BE(record.type, 0);
    fixed.writeUInt16BE(1, 2);
    fixed.writeUInt32BE(record.ttl, 4);
    fixed.writeUInt16BE(record.data.length, 8);
    // Without a name of its own a record belongs to the name asked for, by a pointer to the question.
    return Buffer.concat([record.name === undefined ? Buffer.of(0xc0, 12) : wireName(record.name), fixed, record.data]);
  });
  return Buffer.concat([head, ...body]);
}
