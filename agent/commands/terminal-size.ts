/**
 * A terminal's columns or rows as it tells them. A serial console, that of EC2 among them, does not know its size and
 * says 0.
 */
export const sizeOr = (told: number | undefined, usual: number): number => told || usual;
