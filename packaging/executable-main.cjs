/** The executable's first file: runs the bundle's, which lie in it as assets, each when it is first asked for. */
const { getRawAsset } = require('node:sea');
const { Script } = require('node:vm');

const loaded = new Map();

/** The bundle is ASCII, see bundle.ts. V8 compiles by itself if it does not take the cache, see code-cache.cjs. */
function compile(filename) {
  const source = Buffer.from(getRawAsset(filename)).latin1Slice();
  const cachedData = Buffer.from(getRawAsset(`${filename}.cache`));
  return new Script(source, { filename, cachedData });
}

function load(name) {
  if (!name.startsWith('./')) return require(name);
  const known = loaded.get(name);
  if (known !== undefined) return known.exports;
  const module = { exports: {} };
  loaded.set(name, module);
  compile(name.slice(2)).runInThisContext()(module.exports, load, module);
  return module.exports;
}

load('./main.cjs');
