/** Fields of targets whose written form needs a reading of its own: hosts, URLs, DSCP names, status classes. */

import { isIP } from 'node:net';
import * as z from 'zod';
import { parseHost, refusalOf, reverseName } from './address.ts';
import { type Field, notes, parsed } from './fields.ts';
import { secretRefOf } from './secret-ref.ts';
import type { Parsed } from './units.ts';

export const HOST_ALLOWED = 'the address of one machine, or a host name';

export function hostField(what: string, example: string): Field<string> {
  return parsed(
    { what, allowed: HOST_ALLOWED, examples: [example], json: { type: 'string', pattern: '^[^\\s/%]+$' } },
    parseHost,
  );
}

export const sourceField = parsed(
  {
    what: 'Address of this host to send from; unless set, the kernel chooses.',
    allowed: 'an IPv4 or IPv6 address',
    examples: ['10.0.1.10'],
    json: { type: 'string', pattern: '^[0-9a-fA-F:.]+$' },
  },
  (value): Parsed<string> => {
    if (typeof value !== 'string' || isIP(value) === 0) {
      return {
        ok: false,
        text: 'this is not an address',
        fix: 'write an address of this host (ip address lists them)',
      };
    }
    const refusal = refusalOf(value);
    if (refusal === null) return { ok: true, value };
    return {
      ok: false,
      code: 'address',
      text: `this is ${refusal}`,
      fix: 'write an address of this host, or leave the key out',
    };
  },
);

/** IFNAMSIZ is 16 with the closing zero; linux/if.h. */
export const interfaceField = z
  .string()
  .regex(/^[^\s/:]{1,15}$/)
  .register(notes, {
    what: 'Network interface to send from (SO_BINDTODEVICE); unless set, the routing table decides.',
    allowed: 'the name of an interface, up to 15 characters',
    examples: ['ens5'],
  });

/** RFC 2474, 2597, 3246, 5865, 8622: the names operators know the code points by. */
// biome-ignore format: a table
const DSCP_NAMES: Readonly<Record<string, number>> = {
  CS0: 0, LE: 1, CS1: 8, AF11: 10, AF12: 12, AF13: 14, CS2: 16, AF21: 18, AF22: 20, AF23: 22, CS3: 24, AF31: 26,
  AF32: 28, AF33: 30, CS4: 32, AF41: 34, AF42: 36, AF43: 38, CS5: 40, VA: 44, EF: 46, CS6: 48, CS7: 56,
};

export const dscpField = parsed(
  {
    what: 'DSCP code point of the probe, to take the same queue as the traffic it stands for.',
    allowed: 'a whole number from 0 to 63, or a name such as EF, AF41 or CS1',
    why: '0 is best effort, which most traffic is.',
    examples: ['EF', 46],
    json: { anyOf: [{ type: 'integer', minimum: 0, maximum: 63 }, { enum: Object.keys(DSCP_NAMES) }] },
  },
  (value): Parsed<number> => {
    const code = typeof value === 'string' ? DSCP_NAMES[value] : value;
    if (typeof code === 'number' && Number.isInteger(code) && code >= 0 && code <= 63) return { ok: true, value: code };
    const upper = typeof value === 'string' ? value.toUpperCase() : '';
    if (upper in DSCP_NAMES) return { ok: false, text: 'DSCP names are in capitals', fix: `write ${upper}` };
    return {
      ok: false,
      text: 'this is not a DSCP code point',
      fix: 'write a number from 0 to 63; of a ToS byte, a quarter',
    };
  },
);

export const urlField = parsed(
  {
    what: 'URL to request.',
    allowed: 'a URL that begins with http:// or https:// and holds no password',
    examples: ['https://intranet.corp.example/health'],
    json: { type: 'string', pattern: '^[hH][tT][tT][pP][sS]?://[^\\s]+$' },
  },
  (value): Parsed<string> => {
    const text = typeof value === 'string' ? value : '';
    const url = URL.canParse(text) ? new URL(text) : null;
    if (url === null || /\s/.test(text) || !text.includes('://')) {
      return { ok: false, text: 'this is not a URL', fix: 'write for example https://intranet.corp.example/health' };
    }
    if (url.username !== '' || url.password !== '') {
      return {
        ok: false,
        code: 'secret',
        text: 'a URL with a password in it, which the page would show',
        fix: 'take it out and use headers',
      };
    }
    if (url.protocol !== 'http:' && url.protocol !== 'https:') {
      return {
        ok: false,
        text: `the scheme ${url.protocol} cannot be probed`,
        fix: 'write http:// or https://, or use tcp:',
      };
    }
    if (url.port === '0')
      return { ok: false, text: 'port 0 cannot be connected to', fix: 'write the port of the server' };
    const host = parseHost(url.hostname.replace(/^\[|\]$/g, ''));
    return host.ok ? { ok: true, value: text } : host;
  },
);

const ALL_2XX: readonly number[] = Array.from({ length: 100 }, (_, index) => 200 + index);

function statusesOf(item: unknown): readonly number[] | null {
  if (item === '2xx') return ALL_2XX;
  if (typeof item === 'string' && /^[1-5]xx$/.test(item)) {
    return Array.from({ length: 100 }, (_, index) => Number(item[0]) * 100 + index);
  }
  return typeof item === 'number' && Number.isInteger(item) && item >= 100 && item <= 599 ? [item] : null;
}

const STATUS_JSON = {
  anyOf: [
    { type: 'integer', minimum: 100, maximum: 599 },
    { type: 'string', pattern: '^[1-5]xx$' },
  ],
};

export const statusField = parsed(
  {
    what: 'Status codes that count as healthy.',
    allowed: 'a status from 100 to 599, a class such as 2xx, or a list of these',
    why: 'Redirects are not followed, so an unexpected one is told.',
    examples: [200, '2xx', [200, 401]],
    json: { anyOf: [...STATUS_JSON.anyOf, { type: 'array', items: STATUS_JSON, minItems: 1 }] },
  },
  (value): Parsed<readonly number[]> => {
    const lists = (Array.isArray(value) ? value : [value]).map(statusesOf);
    const good = lists.filter((list) => list !== null);
    if (good.length !== lists.length || good.length === 0) {
      return { ok: false, text: 'this is not a status code', fix: 'write for example 200 or 2xx' };
    }
    const [only] = good;
    return { ok: true, value: good.length === 1 && only !== undefined ? only : [...new Set(good.flat())] };
  },
);

/** Header names are tokens (RFC 9110 §5.1). Values may be secrets, so none is ever shown. */
export const headersField = z
  .record(
    z
      .string()
      .regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/)
      .register(notes, {
        what: 'Name of a header.',
        allowed: 'a header name',
        examples: ['Authorization'],
      }),
    parsed(
      {
        what: 'Value of the header, or where to read it: file:/path or credential:name.',
        allowed: 'one line of text, file:/path or credential:name',
        examples: ['file:/etc/vpc-canary/intranet.token'],
        json: { type: 'string' },
        secret: true,
      },
      (value): Parsed<string> => {
        if (typeof value !== 'string') return { ok: false, text: 'this is not text', fix: 'put the value in quotes' };
        if (/[^\t\x20-\x7e\x80-\xff]/.test(value)) {
          return { ok: false, text: 'a header cannot hold such characters', fix: 'use one line of ASCII text' };
        }
        if (/^(file|credential):/.test(value)) return secretRefOf(value);
        return { ok: true, value };
      },
    ),
  )
  .register(notes, {
    what: 'Headers of the request. Their values are never shown.',
    allowed: 'a map of header names and values',
    examples: [{ Authorization: 'file:/etc/vpc-canary/intranet.token' }],
  });

/** A DNS name as asked; an address is turned round for PTR by `finish.ts`. */
export const queryField = parsed(
  {
    what: 'Name to ask for; with type: PTR an address will do.',
    allowed: 'a DNS name',
    examples: ['corp.example'],
    json: { type: 'string', pattern: '^[^\\s]+$' },
  },
  (value): Parsed<string> => {
    if (typeof value !== 'string')
      return { ok: false, text: 'this is not a name', fix: 'write for example corp.example' };
    if (value === '.' || reverseName(value) !== null) return { ok: true, value };
    const labels = value.replace(/\.$/, '').split('.');
    const good = value.length <= 254 && labels.every((label) => /^[\x21-\x2d\x2f-\x7e]{1,63}$/.test(label));
    return good
      ? { ok: true, value }
      : { ok: false, text: 'this is not a DNS name', fix: 'write for example corp.example' };
  },
);
