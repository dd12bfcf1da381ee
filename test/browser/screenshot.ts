/**
 * Makes the README's picture: `node test/browser/screenshot.ts [FILE]`, by default `docs/console-overview.png`.
 * The network is simulated (`test/fakes/snapshots.ts`); observer, words, page and server are the real ones.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { chromium } from 'playwright-core';
import { assets, renderPage } from '../../agent/web/page/pages.ts';
import { startWeb } from '../../agent/web/server.ts';
import { sceneFrom } from '../fakes/console.ts';
import { manyTroubles } from '../fakes/snapshots.ts';
import { LOOPBACK } from '../web/client.ts';

const file = process.argv[2] ?? 'docs/console-overview.png';
const scene = sceneFrom(manyTroubles());
// The picture is taken at the story's own time, not today's.
const server = await startWeb(LOOPBACK, scene.sources, {
  pages: {
    render: (request, sources) => renderPage({ ...request, now: scene.snapshot.at }, sources),
    assets: assets(),
  },
});
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu'] });
const page = await browser.newPage({ viewport: { width: 1280, height: 900 }, colorScheme: 'light' });
await page.goto(`${server.url}/`);
await page.locator('#live', { hasText: 'live' }).waitFor();
const end = await page.locator('.lanes').boundingBox();
const height = Math.ceil((end?.y ?? 0) + (end?.height ?? 0) + 24);
const picture = await page.screenshot({ fullPage: true, clip: { x: 0, y: 0, width: 1280, height } });
mkdirSync(dirname(file), { recursive: true });
writeFileSync(file, picture);
console.log(`${file}: ${picture.length} bytes`);
await browser.close();
await server.close();
