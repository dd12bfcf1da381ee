/** The console's views and assets, as the server asks for them: the list of views, and the way from a path to one. */
import type { Snapshot } from '../../verdict/snapshot.ts';
import type { HistoryReader, Sources } from '../sources.ts';
import { structureOf } from '../stream-message.ts';
import { agent } from './agent.ts';
import { assetMap, assetPaths } from './assets.ts';
import type { Body, Context, View } from './context.ts';
import { events } from './events.ts';
import { flows } from './flows.ts';
import { html } from './html.ts';
import { Memory } from './memory.ts';
import { notFound } from './not-found.ts';
import { overview } from './overview.ts';
import { parseQuery } from './query.ts';
import { drawDocument } from './shell.ts';
import { site } from './site.ts';
import { target } from './target.ts';
import { wholeTiming } from './timing.ts';
import type { Asset, PageAnswer, PageRequest } from './view.ts';
import { vpc } from './vpc.ts';
import { windowOf } from './window.ts';

/** In the order of the navigation. */
const VIEWS: readonly View[] = [overview, site, target, flows, vpc, events, agent];
const navOf = (snapshot: Snapshot) =>
  VIEWS.flatMap(({ segment, nav, inNav }) =>
    nav === null || inNav?.(snapshot) === false ? [] : [{ path: `/${segment}`, ...nav }],
  );

const memories = new WeakMap<HistoryReader, Memory>();

function memoryFor(history: HistoryReader): Memory {
  let memory = memories.get(history);
  if (memory === undefined) {
    memory = new Memory(history);
    memories.set(history, memory);
  }
  return memory;
}

/** Renders one view; null only for what can be no page: assets and the API. */
export function renderPage(request: PageRequest, sources: Sources): PageAnswer | null {
  if (/^\/(a|api)(\/|$)/.test(request.path)) return null;
  const snapshot = sources.snapshot();
  return snapshot === null ? { status: 200, html: beforeFirstSnapshot() } : drawPage(request, sources, snapshot);
}

function drawPage(request: PageRequest, sources: Sources, snapshot: Snapshot): PageAnswer {
  const query = parseQuery(request.query, snapshot.at);
  const { view, name } = route(request.path);
  const base = { snapshot, sources, memory: memoryFor(sources.history), query, now: snapshot.at };
  const context: Context = { ...base, window: windowOf(query, snapshot.at, (view ?? overview).usualRange(base)) };
  const body = view === null ? nowhere(context) : view.draw(context, name);
  const { verdict } = snapshot;
  return {
    status: body.status === 200 && query.problems.length > 0 ? 400 : body.status,
    html: drawDocument({
      path: request.path,
      under: view === null ? '' : `/${view.nav === null ? '' : view.segment}`,
      query,
      now: snapshot.at,
      asked: request.now,
      state: verdict.state,
      title: body.title ?? verdict.headline,
      structure: structureOf(snapshot),
      everySeconds: body.everySeconds,
      window: context.window,
      agent: {
        ...snapshot.agent,
        timing: wholeTiming(snapshot),
        historyOldest: sources.history.oldest(),
      },
      nav: navOf(snapshot),
      assets: assetPaths(),
      main: body.main,
    }),
  };
}

function route(path: string): { readonly view: View | null; readonly name: string } {
  const [, segment = '', name, ...more] = path.split('/');
  const view = VIEWS.find((one) => one.segment === segment && more.length === 0 && one.named === (name !== undefined));
  return { view: view ?? null, name: name === undefined ? '' : decodeURIComponent(name) };
}

function nowhere(context: Context): Body {
  return notFound(
    context,
    html`This agent has ${navOf(context.snapshot)
      .map(({ word }) => word)
      .join(', ')}, a page for each site and one for each target.`,
  );
}

/** The first second of an agent's life, before anything is known. */
function beforeFirstSnapshot(): string {
  const { style } = assetPaths();
  return String(html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta http-equiv="refresh" content="1"><title>◌ Starting · vpc-canary</title><link rel="stylesheet" href="${style}"></head>
<body><main><h1>The agent is starting</h1><p>Its first answer comes within a second; this page reloads by itself.</p></main></body></html>`);
}

/** Assets by their path, `/a/NAME.HASH`. */
export function assets(): ReadonlyMap<string, Asset> {
  return assetMap();
}
