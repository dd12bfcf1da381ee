/** The console's views and assets, as the server asks for them. */
import type { Sources } from '../sources.ts';
import type { Asset, PageAnswer, PageRequest } from './view.ts';

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (character) => ESCAPES[character] ?? character);

/** The verdict and the targets in plain HTML. */
export function renderPage(request: PageRequest, sources: Sources): PageAnswer | null {
  if (request.path !== '/') return null;
  const snapshot = sources.snapshot();
  const headline = snapshot?.verdict.headline ?? 'Measuring; the first verdict comes within seconds.';
  const rows = (snapshot?.targets ?? [])
    .map(
      (target) =>
        `<tr><td>${escapeHtml(target.site)}</td><td>${escapeHtml(target.name)}</td><td>${target.state}</td></tr>`,
    )
    .join('');
  const html =
    '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>vpc-canary</title></head>' +
    `<body><h1>${escapeHtml(headline)}</h1><table><tr><th>Site</th><th>Target</th><th>State</th></tr>${rows}</table></body></html>`;
  return { status: 200, html };
}

/** Assets by their path, `/a/NAME.HASH`. */
export function assets(): ReadonlyMap<string, Asset> {
  return new Map();
}
