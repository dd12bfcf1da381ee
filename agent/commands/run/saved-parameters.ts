/**
 * The last good parameters on disk, so that an agent that starts while Parameter Store is away still knows its
 * targets. The file may hold what was a SecureString, so nobody else may read it.
 */
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ConfigRequest, Layer } from '../../config/gather.ts';
import { loadConfig } from '../../config/load.ts';

const FILE = 'parameters.json';
const VERSION = 1;

export async function saveLayers(directory: string, layers: readonly Layer[]): Promise<void> {
  const path = join(directory, FILE);
  const text = JSON.stringify({ version: VERSION, layers });
  await writeFile(`${path}.new`, text, { mode: 0o600, flush: true });
  await rename(`${path}.new`, path);
}

async function savedLayers(directory: string): Promise<readonly Layer[]> {
  try {
    const saved: unknown = JSON.parse(await readFile(join(directory, FILE), 'utf8'));
    const { version, layers } = saved as { readonly version?: unknown; readonly layers?: unknown };
    return version === VERSION && Array.isArray(layers) ? layers.filter(isLayer) : [];
  } catch {
    return [];
  }
}

function isLayer(value: unknown): value is Layer {
  const { name, text } = (value ?? {}) as Partial<Layer>;
  return typeof name === 'string' && typeof text === 'string';
}

/** The request with what was saved, unless that is wished away or no longer good beside the file of today. */
export async function withSavedLayers(request: ConfigRequest): Promise<ConfigRequest> {
  const bare = await loadConfig(request);
  if (!bare.ok || bare.config.parameters.enabled === 'off') return request;
  const layers = await savedLayers(bare.config.state.directory);
  if (layers.length === 0) return request;
  const full = { ...request, layers };
  return (await loadConfig(full)).ok ? full : request;
}
