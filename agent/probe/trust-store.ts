/**
 * Whom HTTPS probes trust: the certificate authorities of this host, as curl and every other client here does, so
 * that a company's own authority counts once it is installed. Without such a file, those that come with Node.
 *
 * The file is read on the first HTTPS probe and again when it changes: some 200 KB, 12 ms, and 5 MB of memory.
 */
import { X509Certificate } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { createSecureContext, type SecureContext } from 'node:tls';
import type { Milliseconds } from '../measure/target.ts';
import type { Clock } from './clock.ts';

/** Debian and Ubuntu; Amazon Linux, RHEL and Fedora; SUSE; Alpine. */
const BUNDLES = [
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/pki/tls/certs/ca-bundle.crt',
  '/etc/ssl/ca-bundle.pem',
  '/etc/ssl/cert.pem',
];
const LOOK_EVERY_MS = 60_000;

export class TrustStore {
  readonly #clock: Clock;
  readonly #bundles: readonly string[];
  #context: SecureContext | null = null;
  #version = '';
  #lookedMono: Milliseconds = Number.NEGATIVE_INFINITY;

  /** `SSL_CERT_FILE`, as OpenSSL knows it, comes before the usual places. */
  constructor(clock: Clock, certFile: string | null) {
    this.#clock = clock;
    this.#bundles = certFile === null ? BUNDLES : [certFile];
  }

  context(): SecureContext {
    const now = this.#clock.mono();
    if (this.#context !== null && now - this.#lookedMono < LOOK_EVERY_MS) return this.#context;
    this.#lookedMono = now;
    const bundle = this.#bundles.map((path) => ({ path, version: versionOf(path) })).find(({ version }) => version);
    const version = bundle === undefined ? 'node' : `${bundle.path} ${bundle.version}`;
    if (this.#context === null || version !== this.#version) {
      this.#context = bundle === undefined ? createSecureContext() : this.#load(bundle.path);
      this.#version = version;
    }
    return this.#context;
  }

  #load(path: string): SecureContext {
    try {
      const ca = readFileSync(path);
      new X509Certificate(ca); // throws unless the file begins with a certificate; a context would take anything
      return createSecureContext({ ca });
    } catch {
      return this.#context ?? createSecureContext();
    }
  }
}

/** Changes with the file; empty when there is none. */
function versionOf(path: string): string {
  try {
    const { ino, mtimeMs, size } = statSync(path);
    return `${ino} ${mtimeMs} ${size}`;
  } catch {
    return '';
  }
}
