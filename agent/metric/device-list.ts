/**
 * A list of canaries for PRTG: one device a line, as CSV (RFC 4180). Device name and address are what PRTG asks for,
 * the last column is the URL of an "HTTP Data Advanced" sensor; a Ping sensor needs the address alone.
 */
export interface Device {
  readonly account: string;
  readonly region: string;
  readonly vpc: string;
  readonly subnet: string;
  readonly instance: string;
  readonly address: string;
  readonly name: string;
  readonly sensor: string;
}

export const DEVICE_COLUMNS = [
  ...(['account', 'region', 'vpc', 'subnet'] as const),
  ...(['instance', 'address', 'name', 'sensor'] as const),
] satisfies readonly (keyof Device)[];

export const deviceHeader = (): string => csvLine(DEVICE_COLUMNS);

export const deviceLine = (device: Device): string => csvLine(DEVICE_COLUMNS.map((column) => device[column]));

const csvLine = (fields: readonly string[]): string => `${fields.map(csvField).join(',')}\r\n`;

/** A field that a spreadsheet would take for a formula is defused, for names are what people wrote. */
function csvField(field: string): string {
  const text = /^[=+\-@\t]/.test(field) ? `'${field}` : field;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** URL of the sensor of a canary. */
export function sensorUrl(scheme: 'http' | 'https', address: string, port: number): string {
  return `${scheme}://${address.includes(':') ? `[${address}]` : address}:${port}/prtg`;
}
