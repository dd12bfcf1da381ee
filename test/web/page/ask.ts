/** A page of a scene, as a visitor at that moment gets it. */
import assert from 'node:assert/strict';
import { renderPage } from '../../../agent/web/page/pages.ts';
import type { PageAnswer } from '../../../agent/web/page/view.ts';
import type { Scene } from '../../fakes/console-parts.ts';

export function ask(scene: Scene, address: string): PageAnswer {
  const url = new URL(address, 'http://page');
  const answer = renderPage({ path: url.pathname, query: url.searchParams, now: scene.snapshot.at }, scene.sources);
  assert.ok(answer, address);
  return answer;
}
