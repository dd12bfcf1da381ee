/**
 * A secret that was read from where the configuration points.
 *
 * It travels inside `Config`, which is logged, inspected and serialised in passing; so every way of turning it
 * into text says `[secret]`, and only `reveal()` gives the value, to the one part that compares it.
 */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return '[secret]';
  }

  toJSON(): string {
    return '[secret]';
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return '[secret]';
  }
}
