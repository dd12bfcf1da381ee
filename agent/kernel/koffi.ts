/**
 * Where koffi, the foreign function interface, comes from. The one place that knows.
 *
 * From the sources and from the CommonJS bundle it is the npm package, resolved beside the running file. It is
 * loaded on first use (2 MB), and never through a static import, so that a host on which it does not load
 * still runs everything that needs no kernel door. A single executable has no package beside it: there the
 * native part is an asset, see koffi-asset.ts.
 */
import type { ForeignFunctions } from './foreign-functions.ts';
import { firstLine, KernelUnavailable } from './kernel-unavailable.ts';
import { loadAsset, singleExecutable } from './koffi-asset.ts';

let loaded: ForeignFunctions | KernelUnavailable | null = null;

/** koffi, loaded once. Throws {@link KernelUnavailable}, each time the same one. */
export function foreign(): ForeignFunctions {
  if (loaded === null) {
    try {
      const sea = singleExecutable();
      loaded = sea === null ? loadPackage() : loadAsset(sea);
    } catch (error) {
      loaded = new KernelUnavailable('koffi', error);
    }
  }
  if (loaded instanceof KernelUnavailable) throw loaded;
  return loaded;
}

function loadPackage(): ForeignFunctions {
  const { createRequire } = process.getBuiltinModule('node:module');
  // CommonJS knows its own file. As an ES module we cannot name our own file (that syntax does not bundle), but the
  // program that was started, or the working directory, lies in the same tree.
  const places = typeof __filename === 'string' ? [__filename] : [process.argv[1], `${process.cwd()}/package.json`];
  let failure: unknown = null;
  for (const place of places) {
    try {
      if (place !== undefined) return createRequire(place)('koffi') as ForeignFunctions;
    } catch (error) {
      failure ??= error;
    }
  }
  const remedy = "reinstall with npm ci on this machine's architecture, and check that its file system is not noexec";
  throw new Error(`${firstLine(failure)}; ${remedy}`, { cause: failure });
}
