/**
 * Makes the README's pictures: `node test/browser/screenshot.ts [FOLDER]`, by default in `docs/`. The overview's
 * network is simulated (`test/fakes/snapshots.ts`): observer, words, page and server are the real ones. The VPC's is
 * written by hand (`test/fakes/vpc.ts`).
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { assets, renderPage } from '../../agent/web/page/pages.ts';
import { startWeb } from '../../agent/web/server.ts';
import { sceneFrom } from '../fakes/console.ts';
import { incident } from '../fakes/console-incident.ts';
import type { Scene } from '../fakes/console-parts.ts';
import { manyTroubles } from '../fakes/snapshots.ts';
import { LOOPBACK } from '../web/client.ts';
import { browser, closeBrowser } from './chromium.ts';

const folder = process.argv[2] ?? 'docs';

/** The page down to the end of what `last` selects. */
async function picture(scene: Scene, path: string, last: string, name: string): Promise<void> {
  // The picture is taken at the story's own time, not today's.
  const server = await startWeb(LOOPBACK, scene.sources, {
    pages: {
      render: (request, sources) => renderPage({ ...request, now: scene.snapshot.at }, sources),
      assets: assets(),
    },
  });
  const page = await (await browser()).newPage({ viewport: { width: 1280, height: 900 }, colorScheme: 'light' });
  await page.goto(server.url + path);
  await page.locator('#live', { hasText: 'live' }).waitFor();
  const end = await page.locator(last).boundingBox();
  const height = Math.ceil((end?.y ?? 0) + (end?.height ?? 0) + 24);
  const bytes = await page.screenshot({ fullPage: true, clip: { x: 0, y: 0, width: 1280, height } });
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, name), bytes);
  console.log(`${join(folder, name)}: ${bytes.length} bytes`);
  await page.close();
  await server.close();
}

await picture(sceneFrom(manyTroubles()), '/', '.lanes', 'console-overview.png');
await picture(incident(), '/vpc', '[data-part="vpc-tunnels"]', 'console-vpc.png');
await closeBrowser();
