/**
 * Bundles agent/ into one CommonJS file.
 *
 * Production runs this bundle: stripping types at run time costs 22 to 38 MB of resident memory.
 * koffi stays outside (native code, see agent/kernel/koffi.ts); undici is inside but loads only when used.
 */
import { build } from 'esbuild';

export async function bundle(outfile: string): Promise<void> {
  await build({
    entryPoints: ['agent/main.ts'],
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'cjs',
    minify: true,
    keepNames: true,
    // An uncaught error prints its whole source line: keep lines short.
    lineLimit: 120,
    legalComments: 'none',
    mainFields: ['module', 'main'],
    external: ['koffi'],
    logLevel: 'warning',
  });
}
