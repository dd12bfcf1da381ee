/** Runs a classic BPF program over a packet, as the kernel would: the opcodes that our filters use, nothing else. */
export function runFilter(program: Uint8Array, packet: Uint8Array): number {
  const code = new DataView(program.buffer, program.byteOffset, program.byteLength);
  const data = new DataView(packet.buffer, packet.byteOffset, packet.byteLength);
  let [a, x, pc] = [0, 0, 0];
  /** A load beyond the end drops the packet. */
  const load = (at: number, size: 1 | 2): number | null => {
    if (at < 0 || at + size > packet.length) return null;
    return size === 1 ? data.getUint8(at) : data.getUint16(at);
  };
  for (let steps = 0; steps < 1000; steps += 1) {
    const at = pc * 8;
    const [op, yes, no, k] = [
      code.getUint16(at, true),
      code.getUint8(at + 2),
      code.getUint8(at + 3),
      code.getUint32(at + 4, true),
    ];
    pc += 1;
    const loaded =
      op === 0x30
        ? load(k, 1)
        : op === 0x28
          ? load(k, 2)
          : op === 0x50
            ? load(x + k, 1)
            : op === 0x48
              ? load(x + k, 2)
              : op === 0xb1
                ? load(k, 1)
                : undefined;
    if (loaded === null) return 0;
    if (loaded !== undefined) {
      if (op === 0xb1) x = (loaded & 0x0f) * 4;
      else a = loaded;
    } else if (op === 0x54) a = (a & k) >>> 0;
    else if (op === 0x64) a = (a << k) >>> 0;
    else if (op === 0x0c) a = (a + x) >>> 0;
    else if (op === 0x07) x = a;
    else if (op === 0x15) pc += a === k ? yes : no;
    else if (op === 0x06) return k;
    else throw new Error(`unknown opcode 0x${op.toString(16)}`);
  }
  throw new Error('the program does not end');
}
