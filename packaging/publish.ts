/**
 * `npm run publish-package`: the package and the documents into Systems Manager, region by region.
 *
 *   node packaging/publish.ts --bucket BUCKET [--prefix P] [--region R]... [--name VpcCanary] [--default]
 *     [--share ACCOUNT]... [--skip-published] [--documents-only | --package-only] [--folder dist/package] [--dry-run]
 *
 * Every aws command is printed; --dry-run prints them and runs none. publish.md says what for. A version that was
 * published cannot be replaced, for instances that have it would not notice.
 */
import { readFileSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { type AwsCli, awsCli } from './aws-cli.ts';
import { type DocumentFile, documentFiles, type PackageFiles, packageFiles } from './published-files.ts';

/** Distributor keeps so many versions of a package. */
const MOST_VERSIONS = 25;
/** Accounts that one call shares with. */
const MOST_ACCOUNTS = 20;
const PATIENCE_MS = 300_000;
const AGAIN_MS = 3000;

interface Options {
  /** May hold {region}. */
  readonly bucket: string;
  readonly prefix: string;
  readonly name: string;
  readonly makeDefault: boolean;
  readonly share: readonly string[];
  readonly skipPublished: boolean;
}

interface Region {
  readonly aws: AwsCli;
  readonly region: string;
  readonly options: Options;
}

type Described = { readonly DocumentVersion?: string; readonly Status?: string; readonly StatusInformation?: string };

const ssm = ({ region }: Region, verb: string, ...args: string[]): string[] => [
  'ssm',
  verb,
  '--region',
  region,
  ...args,
];

async function publishPackage(at: Region, { version, manifest, files }: PackageFiles): Promise<void> {
  const { aws, region, options } = at;
  const { name } = options;
  const found = versionsOf(at, name);
  if (found?.includes(version)) {
    if (!options.skipPublished)
      throw new Error(
        `version ${version} of ${name} is published in ${region} already, and a published version cannot be replaced: raise "version" in package.json, or go on with --skip-published`,
      );
    aws.note(`${region}: version ${version} is there already`);
  } else {
    if ((found?.length ?? 0) >= MOST_VERSIONS)
      throw new Error(
        `${name} has ${found?.length} versions in ${region}, and ${MOST_VERSIONS} is the most: delete an old one with aws ssm delete-document --name ${name} --version-name OLD`,
      );
    const bucket = options.bucket.replaceAll('{region}', region);
    const place = `${bucket}/${options.prefix}/${version}`;
    for (const file of files)
      aws.change(['s3', 'cp', '--region', region, '--no-progress', file, `s3://${place}/${basename(file)}`]);
    const made = putPackage(at, found, version, manifest, `https://s3.${region}.amazonaws.com/${place}`);
    await untilActive(at, name, version);
    if (options.makeDefault && (aws.dryRun || found !== null)) setDefault(at, name, made);
  }
  share(at, name);
}

function putPackage(
  at: Region,
  found: readonly string[] | null,
  version: string,
  manifest: string,
  url: string,
): string {
  const { aws, options } = at;
  const content = ['--name', options.name, '--version-name', version, '--content', `file://${manifest}`];
  const source = ['--attachments', `Key=SourceUrl,Values=${url}`];
  const create = ssm(
    at,
    'create-document',
    '--document-type',
    'Package',
    '--document-format',
    'JSON',
    ...content,
    ...source,
  );
  const update = ssm(
    at,
    'update-document',
    '--document-version',
    '$LATEST',
    '--document-format',
    'JSON',
    ...content,
    ...source,
  );
  if (aws.dryRun) {
    aws.note('the first when the package is new in the region, else the second');
    aws.change(create);
  }
  return versionIn(aws.change(found === null && !aws.dryRun ? create : update)) ?? 'N';
}

function publishDocument(at: Region, { name, file, type }: DocumentFile): void {
  const { aws, region } = at;
  const content = ['--name', name, '--document-format', 'YAML', '--content', `file://${file}`];
  const create = ssm(at, 'create-document', '--document-type', type, ...content);
  const update = ssm(at, 'update-document', '--document-version', '$LATEST', ...content);
  const there = aws.ask(ssm(at, 'get-document', '--name', name, '--document-format', 'YAML'), 'InvalidDocument');
  if (there === null) {
    aws.note('the first when the document is new in the region, else the others');
    aws.change(create);
    aws.change(update);
    setDefault(at, name, 'N');
  } else if (there === 'InvalidDocument') {
    aws.change(create);
  } else if (String((there as { Content?: string }).Content).trim() === readFileSync(file, 'utf8').trim()) {
    aws.note(`${region}: ${name} is unchanged`);
  } else {
    setDefault(at, name, versionIn(aws.change(update)) ?? 'N');
  }
  share(at, name);
}

/** Names of the versions of a document in a region; null when there is no such document, or nothing was asked. */
function versionsOf(at: Region, name: string): string[] | null {
  const answer = at.aws.ask(ssm(at, 'list-document-versions', '--name', name), 'InvalidDocument');
  if (answer === null || typeof answer === 'string') return null;
  const { DocumentVersions = [] } = answer as { DocumentVersions?: { VersionName?: string }[] };
  return DocumentVersions.map(({ VersionName }) => VersionName ?? '');
}

function versionIn(answer: Record<string, unknown> | null): string | null {
  return answer === null ? null : ((answer['DocumentDescription'] as Described | undefined)?.DocumentVersion ?? null);
}

/** Systems Manager fetches the files from the bucket and checks them, which takes some seconds. */
async function untilActive(at: Region, name: string, version: string): Promise<void> {
  const command = ssm(at, 'describe-document', '--name', name, '--version-name', version);
  for (const end = Date.now() + PATIENCE_MS; ; ) {
    const answer = at.aws.ask(command);
    if (answer === null || typeof answer === 'string') return;
    const { Status: status, StatusInformation: why } = (answer['Document'] ?? {}) as Described;
    if (status === 'Active') return;
    if (status === 'Failed')
      throw new Error(`${name} ${version} was refused in ${at.region}: ${why ?? 'no reason given'}`);
    if (Date.now() > end) throw new Error(`${name} ${version} is still ${status} in ${at.region} after 5 minutes`);
    await sleep(AGAIN_MS);
  }
}

function setDefault(at: Region, name: string, documentVersion: string): void {
  at.aws.change(ssm(at, 'update-document-default-version', '--name', name, '--document-version', documentVersion));
}

function share(at: Region, name: string): void {
  const { share: accounts } = at.options;
  for (let from = 0; from < accounts.length; from += MOST_ACCOUNTS) {
    const some = accounts.slice(from, from + MOST_ACCOUNTS);
    const flags = ['--name', name, '--permission-type', 'Share', '--account-ids-to-add', ...some];
    at.aws.change(ssm(at, 'modify-document-permission', ...flags));
  }
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      bucket: { type: 'string' },
      prefix: { type: 'string', default: 'vpc-canary' },
      region: { type: 'string', multiple: true, default: [] },
      name: { type: 'string', default: 'VpcCanary' },
      share: { type: 'string', multiple: true, default: [] },
      folder: { type: 'string', default: 'dist/package' },
      default: { type: 'boolean', default: false },
      'skip-published': { type: 'boolean', default: false },
      'documents-only': { type: 'boolean', default: false },
      'package-only': { type: 'boolean', default: false },
      'dry-run': { type: 'boolean', default: false },
    },
  });
  const regions =
    values.region.length > 0 ? values.region : [process.env['AWS_REGION'] ?? process.env['AWS_DEFAULT_REGION'] ?? ''];
  const problems: string[] = [];
  const wrong = (test: RegExp, flag: string, all: readonly string[], what: string): void => {
    for (const one of all) if (!test.test(one)) problems.push(`${flag} "${one}" is not ${what}`);
  };
  wrong(/^[a-z]{2}(-[a-z]+)+-\d$/, '--region', regions, 'a region such as eu-west-1 (or set AWS_REGION)');
  wrong(/^\d{12}$/, '--share', values.share, 'an account number of 12 digits');
  wrong(/^[A-Za-z0-9_.-]{3,128}$/, '--name', [values.name], '3 to 128 letters, digits, "_", "." or "-"');
  if (!values['documents-only'])
    wrong(/^[a-z0-9.{}-]{3,63}$/, '--bucket', [values.bucket ?? ''], 'the name of an S3 bucket');
  if (problems.length > 0) throw new Error(problems.join('\n'));
  // everything is looked at before the first command
  const files = values['documents-only'] ? null : packageFiles(values.folder);
  const documents = values['package-only'] ? [] : documentFiles('ssm-document');
  const aws = awsCli(values['dry-run'], console.log);
  const options: Options = {
    bucket: values.bucket ?? '',
    prefix: values.prefix,
    name: values.name,
    makeDefault: values.default,
    share: values.share,
    skipPublished: values['skip-published'],
  };
  for (const region of regions) {
    const at = { aws, region, options };
    if (files !== null) await publishPackage(at, files);
    for (const document of documents) publishDocument(at, document);
  }
}

if (process.argv[1] !== undefined && resolve(process.argv[1]) === import.meta.filename) {
  main().catch((error: unknown) => {
    console.error(`publishing failed: ${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = 1;
  });
}
