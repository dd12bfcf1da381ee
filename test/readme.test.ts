/** The README promises only what is there. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { catalogTable } from '../agent/metric/catalog.ts';
import { vpcCostTable } from '../packaging/vpc-cost.ts';

const readme = readFileSync('README.md', 'utf8');

test('its metrics are the catalogue’s', () => {
  const told = /<!-- metrics[^>]*-->\n([\s\S]*?)\n<!-- end of metrics -->/.exec(readme)?.[1]?.trim();
  assert.equal(
    told,
    catalogTable().trim(),
    'make it anew: node -e "import(\'./agent/metric/catalog.ts\').then((c) => console.log(c.catalogTable()))"',
  );
});

test('what a VPC costs is what is computed', async () => {
  const told = /<!-- cost -->\n([\s\S]*?)\n<!-- end of cost -->/.exec(readme)?.[1]?.trim();
  assert.equal(told, await vpcCostTable(), 'make it anew: node packaging/vpc-cost.ts');
});

test('its links lead to files and headings', () => {
  const links = [...readme.matchAll(/\]\(([^)\s]+)\)/g)].map((match) => match[1] ?? '');
  assert.ok(links.length > 3);
  const anchors = new Set(
    [...readme.matchAll(/^#+ (.+)$/gm)].map((match) =>
      (match[1] ?? '')
        .toLowerCase()
        .replace(/[^\w\- ]/g, '')
        .replaceAll(' ', '-'),
    ),
  );
  for (const link of links.filter((one) => !/^https?:/.test(one))) {
    if (link.startsWith('#')) assert.ok(anchors.has(link.slice(1)), `no heading ${link}`);
    else assert.ok(existsSync(link), `no file ${link}`);
  }
});

test('its scripts and verbs exist', () => {
  const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> };
  for (const [, script] of readme.matchAll(/npm run ([a-z-]+)/g)) assert.ok(scripts[script ?? ''], `npm run ${script}`);
  const main = readFileSync('agent/main.ts', 'utf8');
  for (const [, verb] of readme.matchAll(
    /\bvpc-canary (run|ping|status|check|health|inventory|config|flows|cost|alarms|report|trace|version)\b/g,
  )) {
    assert.ok(main.includes(`./commands/${verb}.ts`), `vpc-canary ${verb}`);
  }
});
