/**
 * Bundles agent/ into CommonJS files: `main.cjs`, and one more for every part that is loaded when it is first used,
 * with what several of them share in files of their own.
 *
 * Production runs these: stripping types at run time costs 22 to 38 MB of resident memory. They are many because V8
 * reads a whole file before it runs any of it: as one file with undici and the AWS clients inside, the agent started
 * 40 ms later and its peak was 17 MB higher. koffi stays outside (native code, see agent/kernel/koffi.ts).
 *
 * Names stay as they are written, for stack traces and for libraries that look at the names of their classes.
 * Shorter ones with `keepNames` cost a call for every function each time it is made: a tenth of the start.
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { build, transform } from 'esbuild';
import { pruneSchemas } from './prune-schemas.ts';

/** Writes the files into a folder, which then holds nothing else. */
export async function bundle(folder: string): Promise<void> {
  // esbuild splits ES modules only; each of those becomes CommonJS by itself, for that is what an executable runs.
  const { outputFiles } = await build({
    entryPoints: { main: 'agent/main.ts' },
    outdir: folder,
    outExtension: { '.js': '.cjs' },
    write: false,
    bundle: true,
    splitting: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    minifyWhitespace: true,
    minifySyntax: true,
    legalComments: 'none',
    mainFields: ['module', 'main'],
    external: ['koffi'],
    plugins: [pruneSchemas],
    logLevel: 'warning',
  });
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  await Promise.all(
    outputFiles.map(async ({ path, text }) => {
      const { code } = await transform(text, {
        platform: 'node',
        target: 'node24',
        format: 'cjs',
        // import() of a file becomes require(), which the executable answers from its own assets.
        supported: { 'dynamic-import': false },
        minifyWhitespace: true,
        minifySyntax: true,
        // An uncaught error prints its whole source line: keep lines short.
        lineLimit: 120,
        legalComments: 'none',
        logLevel: 'warning',
      });
      writeFileSync(join(folder, basename(path)), asciiOnly(code));
    }),
  );
}

/**
 * V8 keeps a source with one character beyond Latin-1 in two bytes a character: 1.4 MB for nothing. esbuild escapes
 * all but template literals, whose raw text an escape would change; nothing here reads raw text.
 */
function asciiOnly(source: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the range is all of ASCII
  return source.replace(/[^\x00-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
