/**
 * The bill of materials of what ships: the packages in the executables, with versions, licences and hashes, as
 * CycloneDX (https://cyclonedx.org). npm makes it from the lock file. Three things are mended: `--omit dev` also drops
 * zod and yaml, because tools use them too; koffi's builds for other systems do not ship; and serial number, time and
 * folder name would differ from run to run.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';

interface Component {
  'bom-ref': string;
  name: string;
}

interface Bill {
  serialNumber?: string;
  metadata: { timestamp?: string; component: Component };
  components: Component[];
  dependencies: { ref: string; dependsOn: string[] }[];
}

interface PackageFile {
  readonly name: string;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly optionalDependencies: Readonly<Record<string, string>>;
}

const ELSEWHERE = /^@koromix\/koffi-(?!linux-(?:x64|arm64)@)/;

/** All that the packages named by `roots` lead to, themselves included. */
function reachable(bill: Bill, roots: readonly string[]): Set<string> {
  const edges = new Map(bill.dependencies.map(({ ref, dependsOn }) => [ref, dependsOn]));
  const seen = new Set<string>();
  const queue = [...roots];
  for (let ref = queue.pop(); ref !== undefined; ref = queue.pop()) {
    if (seen.has(ref) || ELSEWHERE.test(ref)) continue;
    seen.add(ref);
    queue.push(...(edges.get(ref) ?? []));
  }
  return seen;
}

export function writeBillOfMaterials(out: string): void {
  const printed = execFileSync(
    'npm',
    ['sbom', '--sbom-format', 'cyclonedx', '--sbom-type', 'application', '--package-lock-only'],
    { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], maxBuffer: 2 ** 26 },
  );
  const bill = JSON.parse(printed) as Bill;
  const ours = JSON.parse(readFileSync('package.json', 'utf8')) as PackageFile;
  const ships = Object.entries({ ...ours.dependencies, ...ours.optionalDependencies });
  const root = bill.metadata.component['bom-ref'];
  const kept = reachable(
    bill,
    ships.map(([name, version]) => `${name}@${version}`),
  ).add(root);
  const missing = ships.filter(([name]) => !bill.components.some((component) => component.name === name));
  if (missing.length > 0) throw new Error(`npm sbom does not list ${missing.map(([name]) => name).join(', ')}`);
  delete bill.serialNumber;
  delete bill.metadata.timestamp;
  bill.metadata.component.name = ours.name;
  bill.components = bill.components.filter((component) => kept.has(component['bom-ref']));
  bill.dependencies = bill.dependencies
    .filter(({ ref }) => kept.has(ref))
    .map(({ ref, dependsOn }) => ({ ref, dependsOn: dependsOn.filter((other) => kept.has(other)) }));
  writeFileSync(out, `${JSON.stringify(bill, null, 2)}\n`);
}
