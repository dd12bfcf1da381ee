/**
 * Style sheet, script and icons, in memory: the one bundled file holds them, nothing is read at run time. Their
 * paths carry a hash of their bytes, so a browser keeps them for good and a new version has new paths.
 */
import { createHash } from 'node:crypto';
import type { State } from '../../verdict/snapshot.ts';
import { script } from './client/script.ts';
import { icon } from './glyph.ts';
import type { AssetPaths } from './shell.ts';
import { styleSheet } from './style/style-sheet.ts';
import type { Asset } from './view.ts';

interface Bundle {
  readonly paths: AssetPaths;
  readonly map: ReadonlyMap<string, Asset>;
}

let bundle: Bundle | null = null;

/** Made on first use: an agent whose page nobody opens does not pay for it. */
function made(): Bundle {
  if (bundle !== null) return bundle;
  const map = new Map<string, Asset>();
  const add = (name: string, text: string, type: string): string => {
    const hash = createHash('sha256').update(text).digest('base64url').slice(0, 12);
    const path = `/a/${name}.${hash}`;
    map.set(path, { body: Buffer.from(text), type });
    return path;
  };
  const addIcon = (state: State): string => add(`${state}.svg`, icon(state), 'image/svg+xml; charset=utf-8');
  const paths: AssetPaths = {
    style: add('style.css', styleSheet(), 'text/css; charset=utf-8'),
    script: add('page.js', script(), 'text/javascript; charset=utf-8'),
    icons: { up: addIcon('up'), degraded: addIcon('degraded'), down: addIcon('down'), unknown: addIcon('unknown') },
  };
  bundle = { paths, map };
  return bundle;
}

export const assetPaths = (): AssetPaths => made().paths;
/** Assets by their path, `/a/NAME.HASH`. */
export const assetMap = (): ReadonlyMap<string, Asset> => made().map;
