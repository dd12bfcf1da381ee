/**
 * Where a secret is kept. A configuration names the place and never holds the secret itself, because configurations
 * are mailed, committed and shown: `file:/path`, or `credential:name` for what systemd passes with
 * LoadCredential= (a file in $CREDENTIALS_DIRECTORY that only the service can read).
 */
import type { Note } from './fields.ts';
import type { Parsed } from './units.ts';

const FORM = /^(file:\/[^\0]+|credential:[A-Za-z0-9_.@-]+)$/;

/** Judges a reference. What was written may be the secret itself, so no text of this repeats it. */
export function secretRefOf(value: unknown): Parsed<string> {
  if (typeof value === 'string' && FORM.test(value) && !value.startsWith('credential:.')) return { ok: true, value };
  if (typeof value === 'string' && value.startsWith('file:')) {
    return {
      ok: false,
      code: 'secret',
      text: 'a secret file needs a path from the root',
      fix: 'write file:/path/of/the/file',
    };
  }
  return {
    ok: false,
    code: 'secret',
    text: 'this names no place of a secret',
    fix: 'write the secret to a file that only the agent can read, and name it here: file:/etc/vpc-canary/page.password',
  };
}

export function secretNote(what: string): Note {
  return {
    what,
    allowed: 'file:/path or credential:name',
    why: 'The configuration is shown and passed on, so it never holds the secret itself.',
    examples: ['file:/etc/vpc-canary/page.password', 'credential:page-password'],
    json: { type: 'string', pattern: '^(file:/.+|credential:[A-Za-z0-9_.@-]+)$' },
    secret: true,
  };
}
