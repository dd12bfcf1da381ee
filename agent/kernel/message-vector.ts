/**
 * Vectors of messages for sendmmsg(2) and recvmmsg(2): many packets in one system call.
 *
 *   struct mmsghdr, 64 bytes: name @0, namelen @8 (u32), iov @16, iovlen @24, control @32, controllen @40,
 *   flags @48 (u32), and the bytes transferred @56 (u32).   struct iovec: base @0, length @8
 */
import { Arena } from './arena.ts';
import { libc } from './libc.ts';
import { MSG } from './sockets.ts';

const MMSGHDR = 64;
const IOVEC = 16;

/** Messages to be sent from one socket. */
export class SendVector {
  readonly #arena: Arena;
  readonly #capacity: number;
  readonly #token: Int32Array;
  count = 0;

  constructor(capacity: number) {
    this.#capacity = capacity;
    this.#arena = new Arena(capacity * (MMSGHDR + IOVEC));
    this.#token = new Int32Array(capacity);
    const { view, base } = this.#arena;
    for (let i = 0; i < capacity; i += 1) {
      this.#arena.setPointer(i * MMSGHDR + 16, base + capacity * MMSGHDR + i * IOVEC);
      view.setUint32(i * MMSGHDR + 24, 1, true);
    }
  }

  get full(): boolean {
    return this.count === this.#capacity;
  }

  /** Adds a message; the addresses must stay good until it is sent. `token` is what {@link send} calls it. */
  add(
    token: number,
    name: number,
    nameLength: number,
    data: number,
    length: number,
    control: number,
    controlLength: number,
  ): void {
    const at = this.count * MMSGHDR;
    const iovec = this.#capacity * MMSGHDR + this.count * IOVEC;
    this.#arena.setPointer(at, name);
    this.#arena.view.setUint32(at + 8, nameLength, true);
    this.#arena.setPointer(at + 32, control);
    this.#arena.view.setUint32(at + 40, controlLength, true);
    this.#arena.setPointer(iovec, data);
    this.#arena.view.setUint32(iovec + 8, length, true);
    this.#token[this.count] = token;
    this.count += 1;
  }

  /**
   * Sends all and empties the vector. The kernel stops at the first message it cannot send: that one is told to
   * `refused` with its errno, and the rest goes on. With `twice` each gets a second chance, for sockets on which
   * an earlier packet's error fails whichever send comes next.
   */
  send(fd: number, twice: boolean, refused: (token: number, errno: number) => void): void {
    let first = 0;
    while (first < this.count) {
      let sent = libc().sendmmsg(fd, this.#arena.base + first * MMSGHDR, this.count - first, MSG.DONTWAIT);
      if (sent < 0 && twice) {
        sent = libc().sendmmsg(fd, this.#arena.base + first * MMSGHDR, this.count - first, MSG.DONTWAIT);
      }
      if (sent > 0) {
        first += sent;
      } else {
        refused(this.#token[first] ?? -1, -sent);
        first += 1;
      }
    }
    this.count = 0;
  }
}

/** What each received message has room for. */
export interface ReceiveRoom {
  readonly messages: number;
  readonly data: number;
  readonly control: number;
}

/** struct sockaddr_in6 is the longest we receive. */
const NAME = 32;

/** Messages received from one socket; those of the last call stay until the next. */
export class ReceiveVector {
  readonly #arena: Arena;
  readonly #room: ReceiveRoom;
  readonly #stride: number;
  /** Messages whose lengths the last call overwrote. */
  #used: number;

  constructor(room: ReceiveRoom) {
    this.#room = room;
    this.#stride = NAME + room.control + ((room.data + 7) & -8);
    this.#arena = new Arena(room.messages * (MMSGHDR + IOVEC + this.#stride));
    const { view, base } = this.#arena;
    for (let i = 0; i < room.messages; i += 1) {
      const [at, iovec] = [i * MMSGHDR, room.messages * MMSGHDR + i * IOVEC];
      this.#arena.setPointer(at, base + this.nameAt(i));
      this.#arena.setPointer(at + 16, base + iovec);
      view.setUint32(at + 24, 1, true);
      this.#arena.setPointer(at + 32, base + this.controlAt(i));
      this.#arena.setPointer(iovec, base + this.dataAt(i));
      view.setUint32(iovec + 8, room.data, true);
    }
    this.#used = room.messages;
  }

  get view(): DataView {
    return this.#arena.view;
  }

  get messages(): number {
    return this.#room.messages;
  }

  /** Bytes of data a message has room for. */
  get dataRoom(): number {
    return this.#room.data;
  }

  /** Reads what is there; the number of messages, or −errno. */
  receive(fd: number, flags: number): number {
    const { view } = this.#arena;
    for (let i = 0; i < this.#used; i += 1) {
      view.setUint32(i * MMSGHDR + 8, NAME, true);
      view.setUint32(i * MMSGHDR + 40, this.#room.control, true);
    }
    const count = libc().recvmmsg(fd, this.#arena.base, this.#room.messages, flags | MSG.DONTWAIT);
    this.#used = Math.max(0, count);
    return count;
  }

  nameAt(index: number): number {
    return this.#room.messages * (MMSGHDR + IOVEC) + index * this.#stride;
  }

  controlAt(index: number): number {
    return this.nameAt(index) + NAME;
  }

  dataAt(index: number): number {
    return this.controlAt(index) + this.#room.control;
  }

  controlLength(index: number): number {
    return this.#arena.view.getUint32(index * MMSGHDR + 40, true);
  }

  /** Bytes received; with MSG_TRUNC asked for, the packet's whole length even where less was stored. */
  length(index: number): number {
    return this.#arena.view.getUint32(index * MMSGHDR + 56, true);
  }
}
