/**
 * Systems Manager with a fleet behind it, as far as a roll-out can notice: documents, managed instances with tags and
 * an agent each, Run Command, Automation's step executions, Parameter Store. Requests are held against the API's own
 * limits; pages are short, so that nobody gets by without the next one.
 */
const PAGE = 2;
const MOST_IDS = 50;

export interface FleetInstance {
  readonly id: string;
  readonly tags: Readonly<Record<string, string>>;
  online: boolean;
  /** Version installed; null for none. */
  version: string | null;
  /** Versions that do not become healthy here: the package puts the former one back and the command fails. */
  readonly refuses?: readonly string[];
  /** Sites that are down, and those that go down with a version. */
  down: string[];
  readonly breaks?: Readonly<Record<string, string>>;
}

export class ApiError extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

type Fields = Record<string, unknown>;
export type Parameters = Record<string, string[]>;

interface Invocation {
  readonly InstanceId: string;
  readonly CommandId: string;
  readonly Status: string;
  readonly StatusDetails: string;
  readonly CommandPlugins: readonly { readonly Name: string; readonly Output: string }[];
}

interface Command {
  readonly id: string;
  readonly document: string;
  readonly status: string;
  readonly invocations: readonly Invocation[];
}

export class FakeFleet {
  readonly instances: FleetInstance[];
  readonly versions: string[];
  readonly documents = ['VpcCanary-Health', 'AWS-ConfigureAWSPackage'];
  readonly stored = new Map<string, string>();
  /** "ConfigureAWSPackage 1.4.0 i-1 i-2", in order. */
  readonly sent: string[] = [];
  /** Set by who runs the automation. */
  stepExecutions: Fields[] = [];
  readonly #commands = new Map<string, Command>();
  /** What Remember stored: sites that were down. */
  readonly #remembered = new Map<string, readonly string[]>();

  constructor(instances: FleetInstance[], versions: string[]) {
    this.instances = instances;
    this.versions = versions;
  }

  async call(service: string, operation: string, input: Fields): Promise<Fields> {
    if (service !== 'ssm') throw new Error(`nothing plays ${service}`);
    switch (operation) {
      case 'DescribeDocument':
        return this.#describeDocument(input);
      case 'DescribeInstanceInformation':
        return this.#describeInstances(input);
      case 'SendCommand':
        return this.#sendCommand(input);
      case 'ListCommands':
        return this.#listCommands(input);
      case 'ListCommandInvocations':
        return page(this.#command(text(input, 'CommandId')).invocations, 'CommandInvocations', input);
      case 'DescribeAutomationStepExecutions':
        return page(this.#steps(input), 'StepExecutions', input);
      case 'PutParameter':
        this.stored.set(text(input, 'Name'), text(input, 'Value'));
        return { Version: 1 };
      default:
        throw new Error(`nothing plays ssm ${operation}`);
    }
  }

  #describeDocument(input: Fields): Fields {
    const name = text(input, 'Name');
    const version = input['VersionName'];
    if (name !== 'VpcCanary' && !this.documents.includes(name)) throw new ApiError('InvalidDocument', name);
    if (version !== undefined && !this.versions.includes(String(version)))
      throw new ApiError('InvalidDocumentVersion', String(version));
    return { Document: { Name: name, Status: 'Active' } };
  }

  #describeInstances(input: Fields): Fields {
    const [filter] = input['Filters'] as { Key: string; Values: string[] }[];
    const found = this.#tagged(filter?.Key ?? '', filter?.Values ?? []).map(({ id, online }) => ({
      InstanceId: id,
      PingStatus: online ? 'Online' : 'ConnectionLost',
    }));
    return page(found, 'InstanceInformationList', input);
  }

  #tagged(key: string, values: readonly string[]): FleetInstance[] {
    if (!key.startsWith('tag:')) throw new ApiError('InvalidTarget', key);
    const name = key.slice('tag:'.length);
    return this.instances.filter(({ tags }) => values.includes(tags[name] ?? ''));
  }

  async #sendCommand(input: Fields): Promise<Fields> {
    const document = text(input, 'DocumentName');
    const parameters = input['Parameters'] as Parameters;
    for (const [key, value] of Object.entries(parameters))
      if (!Array.isArray(value) || value.some((one) => typeof one !== 'string'))
        throw new ApiError('InvalidParameters', key);
    for (const limit of ['MaxConcurrency', 'MaxErrors'])
      if (!/^\d+%?$/.test(text(input, limit))) throw new ApiError('ValidationException', limit);
    if (Number(input['TimeoutSeconds'] ?? 3600) < 30) throw new ApiError('ValidationException', 'TimeoutSeconds');
    const targets = this.#targets(input);
    this.sent.push(
      [
        document.replace(/^AWS-|^VpcCanary-/, ''),
        parameters['version'] ?? parameters['Action'],
        ...targets.map(({ id }) => id),
      ].join(' '),
    );
    const id = `00000000-0000-4000-8000-${String(this.#commands.size + 1).padStart(12, '0')}`;
    const invocations: Invocation[] = [];
    // one at a time, so that MaxErrors stops before the next; the real one runs several at once
    for (const instance of targets) {
      const failures = invocations.filter(({ Status }) => Status === 'Failed').length;
      const [details, output] =
        failures > allowed(text(input, 'MaxErrors'), targets.length)
          ? ['Terminated', '']
          : instance.online
            ? await this.execute(instance, document, parameters)
            : ['Delivery Timed Out', ''];
      const status = details === 'Delivery Timed Out' ? 'TimedOut' : details === 'Terminated' ? 'Cancelled' : details;
      const plugin = { Name: 'step', Output: output };
      invocations.push({
        InstanceId: instance.id,
        CommandId: id,
        Status: status,
        StatusDetails: details,
        CommandPlugins: [plugin],
      });
    }
    const worst = ['Failed', 'TimedOut', 'Cancelled'].find((one) => invocations.some(({ Status }) => Status === one));
    this.#commands.set(id, { id, document, status: worst ?? 'Success', invocations });
    return { Command: { CommandId: id, Status: 'Pending' } };
  }

  #targets(input: Fields): FleetInstance[] {
    const ids = input['InstanceIds'] as string[] | undefined;
    if (ids === undefined)
      return (input['Targets'] as { Key: string; Values: string[] }[]).flatMap(({ Key, Values }) =>
        this.#tagged(Key, Values),
      );
    if (ids.length < 1 || ids.length > MOST_IDS) throw new ApiError('ValidationException', `${ids.length} InstanceIds`);
    return ids.map((id) => {
      const found = this.instances.find((one) => one.id === id);
      if (found === undefined) throw new ApiError('InvalidInstanceId', id);
      return found;
    });
  }

  /** What the instance does; a real machine may stand in for it. @returns status and output */
  async execute(
    instance: FleetInstance,
    document: string,
    parameters: Parameters,
  ): Promise<['Success' | 'Failed', string]> {
    if (document === 'AWS-ConfigureAWSPackage') return this.#install(instance, parameters['version']?.[0] ?? '');
    if (parameters['Action']?.[0] === 'Remember') {
      if (instance.version === null) return ['Success', 'vpc-canary is not installed here yet: nothing to remember\n'];
      this.#remembered.set(instance.id, [...instance.down]);
      return ['Success', `vpc-canary ${instance.version} (Node v24.21.0, x64)\nremembered\n`];
    }
    const wanted = parameters['Version']?.[0] ?? '';
    if (instance.version !== wanted)
      return ['Failed', `vpc-canary: version ${instance.version} answers, not ${wanted}\npass, version\n`];
    const before = this.#remembered.get(instance.id) ?? instance.down;
    const worse = instance.down.filter((site) => !before.includes(site));
    if (worse.length > 0) return ['Failed', `vpc-canary: ${worse[0]} was up, is down\nfail, version ${wanted}: …\n`];
    return ['Success', `pass, version ${wanted}: All up.\n`];
  }

  #install(instance: FleetInstance, version: string): ['Success' | 'Failed', string] {
    if (instance.refuses?.includes(version))
      return [
        'Failed',
        `vpc-canary: ${version} did not become healthy within 30 s; the version before is back in force\n`,
      ];
    instance.version = version;
    const broken = instance.breaks?.[version];
    instance.down = [
      ...instance.down.filter((site) => !Object.values(instance.breaks ?? {}).includes(site)),
      ...(broken === undefined ? [] : [broken]),
    ];
    return ['Success', `Successfully installed VpcCanary ${version}\n`];
  }

  #command(id: string): Command {
    const command = this.#commands.get(id);
    if (command === undefined) throw new ApiError('InvalidCommandId', id);
    return command;
  }

  #listCommands(input: Fields): Fields {
    const { id, status, document } = this.#command(text(input, 'CommandId'));
    return { Commands: [{ CommandId: id, DocumentName: document, Status: status }] };
  }

  #steps(input: Fields): Fields[] {
    const [filter] = input['Filters'] as { Key: string; Values: string[] }[];
    if (filter?.Key !== 'StepName') throw new ApiError('InvalidFilterKey', String(filter?.Key));
    return this.stepExecutions.filter(({ StepName }) => filter.Values.includes(String(StepName))).reverse();
  }
}

function text(input: Fields, key: string): string {
  const value = input[key];
  if (typeof value !== 'string' || value === '') throw new ApiError('ValidationException', `${key} is ${value}`);
  return value;
}

const allowed = (limit: string, of: number): number =>
  limit.endsWith('%') ? Math.floor((Number.parseInt(limit, 10) / 100) * of) : Number(limit);

function page(all: readonly unknown[], key: string, input: Fields): Fields {
  const from = Number(input['NextToken'] ?? 0);
  const next = from + PAGE;
  return { [key]: all.slice(from, next), ...(next < all.length ? { NextToken: String(next) } : {}) };
}
