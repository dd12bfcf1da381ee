/** Plain words for an address that leads nowhere. */
import type { Body, Context } from './context.ts';
import { type Html, html } from './html.ts';
import { to } from './links.ts';

export function notFound(context: Context, what: Html): Body {
  return {
    status: 404,
    title: 'Not found',
    everySeconds: 60,
    main: html`<section class="card pad"><h1>There is no such page</h1><p>${what}</p><p><a href="${to('/', context.query)}">Overview</a></p></section>`,
  };
}
