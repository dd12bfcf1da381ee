/**
 * Bundles agent/ into one CommonJS file.
 *
 * Production runs this bundle: stripping types at run time costs 22 to 38 MB of resident memory.
 * koffi stays outside (native code, see agent/kernel/koffi.ts); undici is inside but loads only when used.
 */
import { readFileSync, writeFileSync } from 'node:fs';
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
  writeFileSync(outfile, asciiOnly(readFileSync(outfile, 'utf8')));
}

/**
 * V8 keeps a source with one character beyond Latin-1 in two bytes a character: 1.4 MB for nothing. esbuild escapes
 * all but template literals, whose raw text an escape would change; nothing here reads raw text.
 */
function asciiOnly(source: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the range is all of ASCII
  return source.replace(/[^\x00-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
