/**
 * Reads the request target (RFC 9112 3.2) without `new URL`, which would resolve "..", "//" and backslashes into
 * some other path than the one access control saw. Here a path is either plain or refused:
 *
 *   origin-form     /site/mel-dc2?range=24h
 *   absolute-form   http://canary:8080/site/mel-dc2    (a proxy's; its authority stands in for Host)
 *
 * Nothing is normalised, so "/livez/../metrics" and "/%6divez" are not "/metrics" and "/livez" but nothing at all.
 */

export type RequestTarget =
  | {
      readonly ok: true;
      /** As sent, percent-encoded; each segment decodes to non-empty text without control characters. */
      readonly path: string;
      /** With its "?", or "". */
      readonly search: string;
      /** Of absolute-form; null otherwise. */
      readonly authority: string | null;
    }
  | { readonly ok: false; readonly status: 400 | 404 | 414; readonly text: string };

/** Longest target taken; the longest of the console's own has under 500 characters. */
export const MAX_TARGET = 2048;

const refuse = (status: 400 | 404 | 414, text: string): RequestTarget => ({ ok: false, status, text });

export function readTarget(raw: string): RequestTarget {
  if (raw.length > MAX_TARGET) return refuse(414, `The address is longer than ${MAX_TARGET} characters.`);
  // Visible ASCII without backslash and "#", which no client sends as they are.
  if (!/^[!"$-[\]-~]+$/.test(raw)) return refuse(400, 'The address holds a character that must be percent-encoded.');
  const absolute = /^https?:\/\/([^/?]+)(?=[/?]|$)/i.exec(raw);
  const authority = absolute?.[1] ?? null;
  const target = absolute === null ? raw : raw.slice(absolute[0].length);
  const rooted = absolute !== null && !target.startsWith('/') ? `/${target}` : target;
  const mark = rooted.indexOf('?');
  const path = mark < 0 ? rooted : rooted.slice(0, mark);
  const search = mark < 0 ? '' : rooted.slice(mark);
  if (!path.startsWith('/')) return refuse(400, 'The address must begin with "/".');
  const wrong = path === '/' ? null : wrongSegment(path.slice(1).split('/'));
  return wrong ?? { ok: true, path, search, authority };
}

function wrongSegment(segments: readonly string[]): RequestTarget | null {
  for (const segment of segments) {
    const decoded = decode(segment);
    if (decoded === null) return refuse(400, 'The address holds a broken percent-encoding.');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not pass
    if (/[\u0000-\u001f\u007f]/.test(decoded)) return refuse(400, 'The address holds a control character.');
    if (decoded === '' || decoded === '.' || decoded === '..') return refuse(404, 'There is no such page.');
  }
  return null;
}

function decode(segment: string): string | null {
  try {
    return decodeURIComponent(segment);
  } catch {
    return null;
  }
}
