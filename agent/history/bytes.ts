/**
 * A growing run of bytes and the two integer codes history's rows are made of.
 *
 *   varint   LEB128: seven bits a byte, lowest first, high bit set on all but the last; 0 to 2^53 − 1
 *   zigzag   0, −1, 1, −2 … become 0, 1, 2, 3 …, so that small differences of either sign stay short
 */

export class ByteWriter {
  bytes: Uint8Array;
  length = 0;

  constructor(capacity: number) {
    this.bytes = new Uint8Array(capacity);
  }

  byte(value: number): void {
    if (this.length === this.bytes.length) this.#grow(1);
    this.bytes[this.length] = value;
    this.length += 1;
  }

  varint(value: number): void {
    let rest = value;
    while (rest >= 128) {
      this.byte((rest % 128) | 128);
      rest = Math.floor(rest / 128);
    }
    this.byte(rest);
  }

  zigzag(value: number): void {
    this.varint(value < 0 ? -2 * value - 1 : 2 * value);
  }

  append(bytes: Uint8Array): void {
    if (this.length + bytes.length > this.bytes.length) this.#grow(bytes.length);
    this.bytes.set(bytes, this.length);
    this.length += bytes.length;
  }

  /** The bytes written since `from`; a view that the next write may leave behind. */
  written(from = 0): Uint8Array {
    return this.bytes.subarray(from, this.length);
  }

  #grow(need: number): void {
    const wider = new Uint8Array(Math.max(this.length + need, Math.ceil(this.bytes.length * 1.5), 64));
    wider.set(this.bytes.subarray(0, this.length));
    this.bytes = wider;
  }
}

export class ByteReader {
  position = 0;
  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get done(): boolean {
    return this.position >= this.#bytes.length;
  }

  /** Throws RangeError past the end, so that damaged bytes end a row and never run on. */
  byte(): number {
    const value = this.#bytes[this.position];
    if (value === undefined) throw new RangeError('history: bytes end inside a row');
    this.position += 1;
    return value;
  }

  varint(): number {
    let value = 0;
    for (let scale = 1; scale <= 2 ** 49; scale *= 128) {
      const byte = this.byte();
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
    throw new RangeError('history: a number longer than eight bytes');
  }

  zigzag(): number {
    const value = this.varint();
    return value % 2 === 1 ? -(value + 1) / 2 : value / 2;
  }

  take(count: number): Uint8Array {
    if (this.position + count > this.#bytes.length) throw new RangeError('history: bytes end inside a part');
    this.position += count;
    return this.#bytes.subarray(this.position - count, this.position);
  }
}
