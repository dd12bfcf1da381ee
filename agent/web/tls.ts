/**
 * The certificate and key of `http.tls`: read and tried before the server starts, and taken over while it runs when
 * the files change, for a certificate lives for weeks and the agent for months. A new pair that does not work is
 * told in the log, and the old one stays.
 */
import { readFileSync, statSync } from 'node:fs';
import { WebStartError } from './start-error.ts';

export interface TlsFiles {
  readonly certFile: string;
  readonly keyFile: string;
}

export interface TlsMaterial {
  readonly cert: Buffer;
  readonly key: Buffer;
  readonly minVersion: 'TLSv1.2';
}

/** @throws {WebStartError} that names the file and what is wrong with it */
export function loadTls(files: TlsFiles): TlsMaterial {
  const material = {
    cert: readPem(files.certFile, 'http.tls.certificate'),
    key: readPem(files.keyFile, 'http.tls.key'),
    minVersion: 'TLSv1.2',
  } as const;
  try {
    process.getBuiltinModule('node:tls').createSecureContext(material);
  } catch (error) {
    const text = `The certificate ${files.certFile} and the key ${files.keyFile} do not work: ${words(error)}. Both must be PEM, belong together, and the key must have no passphrase.`;
    throw new WebStartError('tls', text, error);
  }
  return material;
}

function readPem(path: string, setting: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    const text = `Cannot read ${path} (${setting}): ${words(error)}. The agent's user must be able to read it.`;
    throw new WebStartError('tls', text, error);
  }
}

const words = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Changes whenever a file is replaced; "" while one cannot be read, as in the middle of a renewal. */
export function stampOf(files: TlsFiles): string {
  try {
    return [files.certFile, files.keyFile]
      .map((path) => statSync(path))
      .map(({ mtimeMs, size, ino }) => `${mtimeMs} ${size} ${ino}`)
      .join(' ');
  } catch {
    return '';
  }
}

/** Looks every so often whether the files changed. Returns the way to stop. */
export function watchTls(
  files: TlsFiles,
  everyMs: number,
  changed: (material: TlsMaterial) => void,
  failed: (error: unknown) => void,
): () => void {
  let stamp = stampOf(files);
  const timer = setInterval(() => {
    const now = stampOf(files);
    if (now === '' || now === stamp) return;
    stamp = now;
    try {
      changed(loadTls(files));
    } catch (error) {
      failed(error);
    }
  }, everyMs).unref();
  return () => clearInterval(timer);
}
