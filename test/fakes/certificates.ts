/** Certificates made with the openssl command for one run of a test: an authority of our own and servers under it. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';

/** The `skip` option of tests that need certificates. */
export const certificateSkip = spawnSync('openssl', ['version']).status === 0 ? false : 'needs openssl';

export interface KeyAndCertificate {
  readonly key: string;
  readonly cert: string;
}

export class Authority {
  /** File with the authority's own certificate. */
  readonly file: string;
  readonly #folder: string;
  #issued = 0;

  constructor(t: TestContext) {
    this.#folder = mkdtempSync(join(tmpdir(), 'vcn-ca-'));
    t.after(() => rmSync(this.#folder, { recursive: true }));
    this.file = join(this.#folder, 'ca.pem');
    const key = join(this.#folder, 'ca.key');
    openssl([
      'req',
      '-x509',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:P-256',
      '-nodes',
      '-keyout',
      key,
      '-out',
      this.file,
      '-subj',
      '/CN=Test Authority',
      '-days',
      '30',
    ]);
  }

  /** A server certificate for these names (`DNS:erp.example`, `IP:127.0.0.1`), ending so many days from now. */
  issue(names: string, days: number): KeyAndCertificate {
    const base = join(this.#folder, String(this.#issued++));
    writeFileSync(`${base}.ext`, `subjectAltName=${names}\n`);
    openssl([
      'req',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:P-256',
      '-nodes',
      '-keyout',
      `${base}.key`,
      '-out',
      `${base}.csr`,
      '-subj',
      '/CN=server',
    ]);
    openssl([
      'x509',
      '-req',
      '-in',
      `${base}.csr`,
      '-CA',
      this.file,
      '-CAkey',
      join(this.#folder, 'ca.key'),
      '-CAcreateserial',
      '-days',
      String(days),
      '-extfile',
      `${base}.ext`,
      '-out',
      `${base}.pem`,
    ]);
    return { key: readFileSync(`${base}.key`, 'utf8'), cert: readFileSync(`${base}.pem`, 'utf8') };
  }

  /** A certificate that vouches for itself. */
  selfSigned(names: string): KeyAndCertificate {
    const base = join(this.#folder, String(this.#issued++));
    openssl([
      'req',
      '-x509',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:P-256',
      '-nodes',
      '-keyout',
      `${base}.key`,
      '-out',
      `${base}.pem`,
      '-subj',
      '/CN=self',
      '-addext',
      `subjectAltName=${names}`,
      '-days',
      '10',
    ]);
    return { key: readFileSync(`${base}.key`, 'utf8'), cert: readFileSync(`${base}.pem`, 'utf8') };
  }
}

function openssl(args: readonly string[]): void {
  const done = spawnSync('openssl', args, { encoding: 'utf8' });
  if (done.status !== 0) throw new Error(`openssl ${args.join(' ')}: ${done.stderr}`);
}
