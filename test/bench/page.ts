/**
 * What a visitor of the page waits for: the first contentful paint, with nothing cached, near and on a slow machine
 * far away, and what went over the wire for it. The server is the real one over a scene that stands still.
 */
import { startWeb } from '../../agent/web/server.ts';
import { browser, closeBrowser, noBrowser } from '../browser/chromium.ts';
import { many } from '../fakes/console.ts';
import type { Scene } from '../fakes/console-parts.ts';
import { LOOPBACK } from '../web/client.ts';
import { type Bench, type Line, median, type Report } from './table.ts';

const LIMIT_MS = 1000;
const LIMIT_BYTES = 60_000;

interface Place {
  readonly who: string;
  readonly cpuSlower: number;
  /** null for no more than loopback has. */
  readonly network: { readonly latency: number; readonly downloadThroughput: number } | null;
}

const NEAR: Place = { who: 'near', cpuSlower: 1, network: null };
const SLOW: Place = { who: 'CPU/4', cpuSlower: 4, network: null };
const FAR: Place = {
  who: 'CPU/4, 150 ms, 1.6 Mbit/s',
  cpuSlower: 4,
  network: { latency: 150, downloadThroughput: 200_000 },
};

interface Visit {
  readonly paintMs: number;
  readonly bytes: number;
  readonly nodes: number;
}

async function visit(url: string, { cpuSlower, network }: Place): Promise<Visit> {
  const context = await (await browser()).newContext({ viewport: { width: 1280, height: 900 } });
  try {
    const page = await context.newPage();
    const session = await context.newCDPSession(page);
    await session.send('Network.enable');
    await session.send('Emulation.setCPUThrottlingRate', { rate: cpuSlower });
    if (network !== null) {
      await session.send('Network.emulateNetworkConditions', { offline: false, uploadThroughput: -1, ...network });
    }
    let bytes = 0;
    session.on('Network.loadingFinished', (event) => {
      bytes += event.encodedDataLength;
    });
    await page.goto(url);
    await page.locator('#live', { hasText: /^live$/ }).waitFor();
    const [paintMs, nodes] = await page.evaluate<[number, number]>(
      `[performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? NaN, document.querySelectorAll('*').length]`,
    );
    return { paintMs, bytes, nodes };
  } finally {
    await context.close();
  }
}

interface Case {
  readonly what: string;
  readonly scene: Scene;
  readonly path: string;
}

async function line({ what, scene, path }: Case, place: Place, rounds: number): Promise<Line> {
  const server = await startWeb(LOOPBACK, scene.sources);
  const visits: Visit[] = [];
  try {
    // The agent has answered before: its first rendering is not what is timed.
    await fetch(server.url + path);
    for (let round = 0; round < rounds; round += 1) visits.push(await visit(server.url + path, place));
  } finally {
    await server.close();
  }
  const paints = visits.map(({ paintMs }) => paintMs);
  return {
    who: place.who,
    what,
    figures: {
      'median, ms': median(paints),
      'worst, ms': Math.max(...paints),
      'on the wire, KB': (visits[0]?.bytes ?? Number.NaN) / 1000,
      elements: visits[0]?.nodes ?? null,
    },
    n: rounds,
  };
}

async function run(quick: boolean, say: (text: string) => void): Promise<Report> {
  const title = 'First contentful paint';
  if (noBrowser !== false) return { title, lines: [], budgets: [], missing: [`the page: ${noBrowser}`] };
  const usual: Case = { what: '200 targets', scene: many(200, true), path: '/' };
  const all: Case = { what: '200 targets, all rows', scene: many(200, true), path: '/?open=all' };
  const thousand: Case = { what: '1,000 targets', scene: many(1000, true), path: '/' };
  const lines: Line[] = [];
  try {
    for (const one of [usual, all, thousand]) {
      for (const place of [NEAR, SLOW, FAR]) {
        say(`${one.what}, ${place.who}`);
        lines.push(await line(one, place, quick ? 3 : 9));
      }
    }
  } finally {
    await closeBrowser();
  }
  const found = (what: string, figure: string): number =>
    lines.find((one) => one.who === FAR.who && one.what === what)?.figures[figure] ?? Number.NaN;
  const paint = found(usual.what, 'median, ms');
  const kilobytes = found(all.what, 'on the wire, KB');
  return {
    title,
    lines,
    budgets: [
      {
        text: `≤ ${LIMIT_MS / 1000} s with 200 targets at ${FAR.who}`,
        holds: paint <= LIMIT_MS,
        found: `${paint.toFixed(0)} ms`,
      },
      {
        text: `≤ ${LIMIT_BYTES / 1000} KB on the wire with all their rows`,
        holds: kilobytes <= LIMIT_BYTES / 1000,
        found: `${kilobytes.toFixed(1)} KB`,
      },
    ],
    missing: [],
  };
}

export const page: Bench = { name: 'page', about: 'first contentful paint of the page, and what it weighs', run };
