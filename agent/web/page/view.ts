/**
 * The seam between the server (routing, access, caching, headers) and the console's pages (HTML, charts, assets).
 * The server knows no view by name: it hands every path that no endpoint claims to `renderPage` of `pages.ts`,
 * and serves `/a/…` from the map `assets()` gives.
 */
import type { Sources } from '../sources.ts';

export interface PageRequest {
  /** Path as sent, still percent-encoded; begins with one "/", and each segment is known to decode to clean text. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** Wall time of the request, ms since the epoch. */
  readonly now: number;
}

export interface PageAnswer {
  /** 200; 404 for a name that does not exist, 400 for a query that cannot be understood: with a page that says so. */
  readonly status: number;
  /** The whole document. */
  readonly html: string;
}

/** Renders one view; null when the path belongs to no view, and the server then answers 404. */
export type PageRenderer = (request: PageRequest, sources: Sources) => PageAnswer | null;

/** A style sheet, script, icon or font. Its path holds a hash of its bytes, so it is served as immutable. */
export interface Asset {
  readonly body: Buffer;
  /** Content-Type with charset: "text/css; charset=utf-8". */
  readonly type: string;
}
