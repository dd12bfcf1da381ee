/**
 * Lets esbuild leave out of the AWS SDK's clients what is not used. Each client has one table of all its schemas, EC2's
 * being 550 KB; nothing in it has side effects, but its keys are computed (`{ [_xN]: _sI }`), and a computed key may
 * run code for all esbuild knows, so it keeps everything. Here the keys are written out as the constants they are.
 *
 * Fails when a table has another form than this knows: then look whether it is still needed.
 */
import { readFileSync } from 'node:fs';
import type { Plugin } from 'esbuild';

const TABLE = /[\\/]@aws-sdk[\\/]client-[a-z0-9-]+[\\/]dist-es[\\/]schemas[\\/]schemas_\d+\.js$/;

/** @throws {Error} naming the key that is no constant of the table */
export function plainKeys(source: string): string {
  const constants = new Map(
    [...source.matchAll(/^const (\w+) = ("[^"\\\n]*");$/gm)].map(([, name = '', text = '']) => [name, text]),
  );
  return source.replace(/([{,]\s*)\[(\w+)\]:/g, (_, before: string, name: string) => {
    const text = constants.get(name);
    if (text === undefined) throw new Error(`the key ${name} of the SDK's schemas is no constant that is known`);
    return `${before}${text}:`;
  });
}

export const pruneSchemas: Plugin = {
  name: 'prune-schemas',
  setup(build) {
    let seen = 0;
    build.onLoad({ filter: TABLE }, ({ path }) => {
      seen += 1;
      return { contents: plainKeys(readFileSync(path, 'utf8')), loader: 'js' };
    });
    build.onEnd(() => (seen === 0 ? { errors: [{ text: 'no schemas of the AWS SDK were found' }] } : {}));
  },
};
