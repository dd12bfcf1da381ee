/**
 * A program `aws` for the PATH. It takes `aws ssm OPERATION --flags` as the real one does: the flags must be members
 * of the operation's request in the SDK's own schema, the required ones must be there, values are held against the
 * API's limits. State lies in $FAKE_AWS_STATE, a JSON file; every call is appended to $FAKE_AWS_STATE.calls.
 */
import { createHash } from 'node:crypto';
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import * as sdk from '@aws-sdk/client-ssm';

interface Version {
  readonly versionName: string;
  readonly content: string;
  readonly status: string;
  readonly why?: string;
}

interface State {
  /** By region and name. */
  documents: Record<string, { versions: Version[]; default: number; accounts: string[]; format: string }>;
  /** sha256 by s3:// address. */
  objects: Record<string, string>;
  /** By profile and region. */
  instances?: Record<string, { OwnerId: string; Instances: Instance[] }>;
}

interface Instance {
  readonly State: { readonly Name: string };
  readonly Tags: readonly { readonly Key: string; readonly Value: string }[];
}

const place = process.env['FAKE_AWS_STATE'] ?? '';
const state: State = existsSync(place) ? JSON.parse(readFileSync(place, 'utf8')) : { documents: {}, objects: {} };
const args = process.argv.slice(2);
appendFileSync(`${place}.calls`, `${JSON.stringify(args)}\n`);

/** As the real one ends: 254 for what the service refuses, 252 for what the command line does. */
function refuse(code: string, operation: string, text: string): never {
  process.stderr.write(`\nAn error occurred (${code}) when calling the ${operation} operation: ${text}\n`);
  process.exit(254);
}
function usage(text: string): never {
  process.stderr.write(`\naws: error: ${text}\n`);
  process.exit(252);
}

const pascal = (kebab: string): string => kebab.replaceAll(/(?:^|-)([a-z])/g, (_match, letter) => letter.toUpperCase());
const hash = (file: string): string => createHash('sha256').update(readFileSync(file)).digest('hex');

function main(): void {
  const [service, verb = '', ...rest] = args;
  if (service === 's3' && verb === 'cp') {
    copy(rest);
    return;
  }
  if (service === 'ec2' && verb === 'describe-instances') {
    describeInstances(rest);
    return;
  }
  if (service !== 'ssm') usage(`nothing plays ${service}`);
  const operation = pascal(verb);
  const { region = usage('no region'), ...input } = flagsOf(operation, rest);
  writeAnswer(call(operation, String(region), input));
}

/** By region and profile, as DescribeInstances answers. Filters are held against the instances, so a wrong one shows. */
function describeInstances(rest: readonly string[]): void {
  const value = (flag: string): string =>
    rest[rest.indexOf(flag) + 1] ?? usage(`argument ${flag}: expected one argument`);
  const at = rest.indexOf('--filters');
  const filters = rest.slice(
    at + 1,
    rest.findIndex((word, index) => index > at && word.startsWith('--')),
  );
  const place = `${rest.includes('--profile') ? value('--profile') : 'default'} ${value('--region')}`;
  const { OwnerId, Instances } = state.instances?.[place] ?? { OwnerId: '', Instances: [] };
  const found = Instances.filter((instance) =>
    filters.every((filter) => {
      const [, name = '', wanted] = /^Name=([\w:-]+),Values=([\w-]+)$/.exec(filter) ?? usage(`Error parsing ${filter}`);
      if (name === 'instance-state-name') return instance.State.Name === wanted;
      if (!name.startsWith('tag:')) return refuse('InvalidParameterValue', 'DescribeInstances', name);
      return instance.Tags.some(({ Key, Value }) => Key === name.slice('tag:'.length) && Value === wanted);
    }),
  );
  writeAnswer({ Reservations: found.map((instance) => ({ OwnerId, Instances: [instance] })) });
}

/** aws s3 cp FILE s3://BUCKET/KEY */
function copy(rest: readonly string[]): void {
  const [file, to] = rest.filter((word, index) => !word.startsWith('--') && rest[index - 1] !== '--region');
  if (file === undefined || to === undefined || !/^s3:\/\/[a-z0-9.-]{3,63}\/.+/.test(to))
    usage('s3 cp FILE s3://BUCKET/KEY');
  if (!existsSync(file)) usage(`The user-provided path ${file} does not exist.`);
  state.objects[to] = hash(file);
  writeAnswer({});
}

type Input = Record<string, string | string[]>;

function flagsOf(operation: string, rest: readonly string[]): Input {
  const schema = (sdk as unknown as Record<string, readonly unknown[]>)[`${operation}Request$`];
  if (schema === undefined) usage(`Invalid choice: ${operation}`);
  const members = schema[4] as string[];
  const required = members.slice(0, (schema[6] as number | undefined) ?? 0);
  const input: Input = {};
  for (let at = 0; at < rest.length; ) {
    const flag = rest[at] ?? '';
    const values = rest.slice(at + 1);
    const count = values.findIndex((word) => word.startsWith('--'));
    const own = count < 0 ? values : values.slice(0, count);
    const name = flag === '--region' ? 'region' : pascal(flag.slice(2));
    if (name !== 'region' && !members.includes(name)) usage(`Unknown options: ${flag}`);
    if (own.length === 0) usage(`argument ${flag}: expected one argument`);
    input[name] = /Ids|Attachments/.test(name)
      ? own
      : own.length === 1
        ? (own[0] ?? '')
        : usage(`Unknown options: ${own}`);
    at += 1 + own.length;
  }
  for (const name of required) if (input[name] === undefined) usage(`the following arguments are required: ${name}`);
  return input;
}

function call(operation: string, region: string, input: Input): object {
  const name = String(input['Name']);
  if (!/^[a-zA-Z0-9_\-.]{3,128}$/.test(name)) refuse('ValidationException', operation, `name ${name}`);
  const key = `${region} ${name}`;
  const known = state.documents[key];
  switch (operation) {
    case 'CreateDocument': {
      if (known !== undefined) refuse('DocumentAlreadyExists', operation, name);
      if (!['Package', 'Command', 'Automation'].includes(String(input['DocumentType'])))
        refuse('ValidationException', operation, `type ${input['DocumentType']}`);
      const format = String(input['DocumentFormat'] ?? 'JSON');
      state.documents[key] = { versions: [versionOf(operation, region, input)], default: 1, accounts: [], format };
      return { DocumentDescription: { Name: name, DocumentVersion: '1', Status: 'Creating' } };
    }
    case 'UpdateDocument': {
      const { versions } = known ?? refuse('InvalidDocument', operation, name);
      if (input['DocumentVersion'] !== '$LATEST')
        refuse('InvalidDocumentVersion', operation, String(input['DocumentVersion']));
      const made = versionOf(operation, region, input);
      if (versions.some(({ versionName }) => versionName !== '' && versionName === made.versionName))
        refuse('DuplicateDocumentVersionName', operation, made.versionName);
      if (versions.at(-1)?.content === made.content) refuse('DuplicateDocumentContent', operation, name);
      versions.push(made);
      return { DocumentDescription: { Name: name, DocumentVersion: String(versions.length), Status: 'Updating' } };
    }
    case 'DescribeDocument': {
      const found = known?.versions.find(({ versionName }) => versionName === input['VersionName']);
      if (found === undefined) refuse('InvalidDocumentVersion', operation, name);
      return { Document: { Name: name, Status: found.status, StatusInformation: found.why } };
    }
    case 'GetDocument': {
      const { versions, default: current } = known ?? refuse('InvalidDocument', operation, name);
      return { Name: name, Content: versions[current - 1]?.content };
    }
    case 'ListDocumentVersions': {
      const { versions } = known ?? refuse('InvalidDocument', operation, name);
      return {
        DocumentVersions: versions.map(({ versionName }) => ({ Name: name, VersionName: versionName || undefined })),
      };
    }
    case 'UpdateDocumentDefaultVersion': {
      const document = known ?? refuse('InvalidDocument', operation, name);
      const number = Number(input['DocumentVersion']);
      if (!(number >= 1 && number <= document.versions.length))
        refuse('InvalidDocumentVersion', operation, String(number));
      document.default = number;
      return { Description: { Name: name } };
    }
    case 'ModifyDocumentPermission': {
      const accounts = input['AccountIdsToAdd'] as string[];
      if (input['PermissionType'] !== 'Share') refuse('InvalidPermissionType', operation, '');
      if (accounts.length > 20 || accounts.some((one) => !/^(\d{12}|all)$/i.test(one)))
        refuse('ValidationException', operation, accounts.join(' '));
      (known ?? refuse('InvalidDocument', operation, name)).accounts.push(...accounts);
      return {};
    }
    default:
      return usage(`nothing plays ${operation}`);
  }
}

/** A new version; a package's files are fetched and checked, as the service does some seconds later. */
function versionOf(operation: string, region: string, input: Input): Version {
  const at = String(input['Content']);
  const content = at.startsWith('file://') ? readFileSync(at.slice('file://'.length), 'utf8') : at;
  if (content.length > 65_536) refuse('MaxDocumentSizeExceeded', operation, '');
  const versionName = String(input['VersionName'] ?? '');
  if (input['Attachments'] === undefined) return { versionName, content, status: 'Active' };
  if (!/^[a-zA-Z0-9_\-.]{1,128}$/.test(versionName))
    refuse('ValidationException', operation, `VersionName ${versionName}`);
  const manifest = JSON.parse(content) as { version: string; files: Record<string, { checksums: { sha256: string } }> };
  if (manifest.version !== versionName) refuse('InvalidDocumentContent', operation, 'version is not VersionName');
  const names = Object.keys(manifest.files);
  if (names.length > 20) refuse('ValidationException', operation, `${names.length} attachments`);
  const [source = ''] = input['Attachments'];
  const [, bucket, prefix] =
    new RegExp(`^Key=SourceUrl,Values=https://s3\\.${region}\\.amazonaws\\.com/([^/]+)/(.+)$`).exec(source) ??
    refuse('ValidationException', operation, source);
  const bad = names.find(
    (name) => state.objects[`s3://${bucket}/${prefix}/${name}`] !== manifest.files[name]?.checksums.sha256,
  );
  return bad === undefined
    ? { versionName, content, status: 'Active' }
    : { versionName, content, status: 'Failed', why: `checksum of ${bad}` };
}

function writeAnswer(answer: object): void {
  writeFileSync(place, JSON.stringify(state));
  process.stdout.write(Object.keys(answer).length === 0 ? '' : `${JSON.stringify(answer, null, 4)}\n`);
}

main();
