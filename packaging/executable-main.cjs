/** The executable's first file: runs the bundle's, which lie in it as assets, each when it is first asked for. */
const { getRawAsset } = require('node:sea');
const { Script } = require('node:vm');

const loaded = new Map();

function load(name) {
  if (!name.startsWith('./')) return require(name);
  const known = loaded.get(name);
  if (known !== undefined) return known.exports;
  const module = { exports: {} };
  loaded.set(name, module);
  const filename = name.slice(2);
  // The bundle is ASCII, see bundle.ts.
  const source = Buffer.from(getRawAsset(filename)).latin1Slice();
  // See code-cache.cjs. V8 compiles by itself if it does not take what is there.
  const cachedData = Buffer.from(getRawAsset(`${filename}.cache`));
  new Script(source, { filename, cachedData }).runInThisContext()(module.exports, load, module);
  return module.exports;
}

load('./main.cjs');
