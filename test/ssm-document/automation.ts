/**
 * Runs an Automation runbook (schema 0.3) as Systems Manager does, as far as ours go: parameters, steps in order,
 * nextStep, isEnd, onFailure, isCritical, branches, loops by condition and by iterators, outputs with selectors.
 * Scripts run in Python with a boto3 that talks to the fake service; all other steps call it themselves. Written from
 * https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-actions.html
 */
import { spawn } from 'node:child_process';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { resolve } from 'node:path';
import { ApiError, type FakeFleet } from '../fakes/aws/fleet.ts';

type Value = string | number | boolean | null | readonly Value[] | { readonly [key: string]: Value };
type Inputs = Readonly<Record<string, Value>>;

export interface Step {
  readonly name: string;
  readonly action: string;
  readonly inputs: Inputs & { readonly Steps?: readonly Step[] };
  readonly outputs?: readonly { readonly Name: string; readonly Selector: string; readonly Type: string }[];
  readonly onFailure?: string;
  readonly nextStep?: string;
  readonly isEnd?: boolean;
  readonly isCritical?: boolean;
}

export interface Runbook {
  readonly parameters: Readonly<
    Record<string, { type: string; default?: Value; allowedPattern?: string; allowedValues?: readonly Value[] }>
  >;
  readonly mainSteps: readonly Step[];
  readonly outputs: readonly string[];
}

export interface Execution {
  readonly status: 'Success' | 'Failed';
  readonly message: string;
  /** Names of steps in the order in which they ran. */
  readonly ran: readonly string[];
  readonly outputs: Readonly<Record<string, Value>>;
}

const EXECUTION_ID = '11111111-2222-4333-8444-555555555555';
const PYTHON = `
import json, sys
given = json.load(sys.stdin)
names = {}
exec(compile(given["script"], "script.py", "exec"), names)
print(json.dumps(names[given["handler"]](given["payload"], {})))
`;

class StepFailed extends Error {}

export async function execute(
  runbook: Runbook,
  given: Readonly<Record<string, Value>>,
  fleet: FakeFleet,
): Promise<Execution> {
  fleet.stepExecutions = [];
  const server = await listen(fleet);
  try {
    return await new Automation(runbook, given, fleet, server).run();
  } finally {
    server.close();
  }
}

class Automation {
  readonly #runbook: Runbook;
  readonly #fleet: FakeFleet;
  readonly #server: Server;
  readonly #values = new Map<string, Value>([['automation:EXECUTION_ID', EXECUTION_ID]]);
  readonly #ran: string[] = [];
  #failure: string | null = null;

  constructor(runbook: Runbook, given: Readonly<Record<string, Value>>, fleet: FakeFleet, server: Server) {
    this.#runbook = runbook;
    this.#fleet = fleet;
    this.#server = server;
    const unknown = Object.keys(given).filter((key) => runbook.parameters[key] === undefined);
    if (unknown.length > 0) throw new Error(`no parameter ${unknown}`);
    for (const [name, { default: fallback, allowedPattern, allowedValues }] of Object.entries(runbook.parameters)) {
      const value = given[name] ?? fallback;
      if (value === undefined) throw new Error(`parameter ${name} is missing`);
      if (allowedPattern !== undefined && !new RegExp(allowedPattern).test(String(value)))
        throw new Error(`parameter ${name} = ${value} does not match ${allowedPattern}`);
      if (allowedValues?.includes(value) === false) throw new Error(`parameter ${name} = ${value}`);
      this.#values.set(name, value);
    }
  }

  async run(): Promise<Execution> {
    await this.#steps(this.#runbook.mainSteps);
    const outputs = Object.fromEntries(
      this.#runbook.outputs
        .filter((name) => this.#values.has(name))
        .map((name) => [name, this.#values.get(name) ?? null]),
    );
    const failed = this.#failure !== null;
    return { status: failed ? 'Failed' : 'Success', message: this.#failure ?? '', ran: this.#ran, outputs };
  }

  /** @returns false when the whole execution has come to its end */
  async #steps(steps: readonly Step[]): Promise<boolean> {
    for (let step = steps[0]; step !== undefined; ) {
      this.#ran.push(step.name);
      let next: string | undefined = step.nextStep;
      let ended = step.isEnd === true;
      try {
        const jump = await this.#step(step);
        if (jump === false) return false;
        next = jump ?? next;
      } catch (error) {
        if (!(error instanceof StepFailed)) throw error;
        const { onFailure = 'Abort' } = step;
        const critical = step.isCritical ?? true;
        if (critical) this.#failure ??= `${step.name}: ${error.message}`;
        if (onFailure === 'Abort') return false;
        if (onFailure.startsWith('step:')) {
          next = onFailure.slice('step:'.length);
          ended = false;
        }
      }
      if (ended) return false;
      const wanted = next;
      const index = wanted === undefined ? steps.indexOf(step) + 1 : steps.findIndex(({ name }) => name === wanted);
      if (index < 0) throw new Error(`${step.name}: no step ${wanted} here`);
      step = steps[index];
    }
    return true;
  }

  /** @returns name of the step to go to, false when the execution ended within, else null */
  async #step(step: Step): Promise<string | false | null> {
    if (step.action === 'aws:loop') return (await this.#loop(step)) ? null : false;
    const inputs = this.#fill(step.inputs, step.name) as Record<string, Value>;
    switch (step.action) {
      case 'aws:executeScript':
        this.#take(step, await this.#script(step, inputs));
        return null;
      case 'aws:runCommand':
        await this.#runCommand(step, inputs);
        return null;
      case 'aws:waitForAwsResourceProperty': {
        const { Service, Api, PropertySelector, DesiredValues, ...request } = inputs;
        const value = select(await this.#call(String(Service), String(Api), request), String(PropertySelector));
        if (!(DesiredValues as Value[]).includes(value)) throw new StepFailed(`${PropertySelector} is ${value}`);
        return null;
      }
      case 'aws:sleep':
        if (!/^PT\d+[SMH]$/.test(String(inputs['Duration']))) throw new StepFailed('no duration');
        return null;
      case 'aws:branch': {
        const choices = inputs['Choices'] as Record<string, Value>[];
        return String(choices.find(holds)?.['NextStep'] ?? inputs['Default']);
      }
      default:
        throw new Error(`nothing plays ${step.action}`);
    }
  }

  async #loop({ name, inputs }: Step): Promise<boolean> {
    const { Steps = [], LoopCondition, Iterators, MaxIterations = 100 } = inputs;
    const items = Iterators === undefined ? null : (this.#fill(Iterators, name) as Value[]);
    if ((items === null) === (LoopCondition === undefined)) throw new StepFailed('either Iterators or LoopCondition');
    const most = Math.min(Number(MaxIterations), items?.length ?? Number.POSITIVE_INFINITY);
    for (let iteration = 1; iteration <= most; iteration += 1) {
      this.#values.set(`${name}.CurrentIteration`, iteration);
      const item = items?.[iteration - 1];
      if (item !== undefined) this.#values.set(`${name}.CurrentIteratorValue`, item);
      if (!(await this.#steps(Steps))) return false;
      if (LoopCondition !== undefined && !holds(this.#fill(LoopCondition, name) as Record<string, Value>)) break;
    }
    return true;
  }

  async #script({ name }: Step, { Script, Handler, InputPayload }: Record<string, Value>): Promise<Value> {
    const { port } = this.#server.address() as AddressInfo;
    const child = spawn('python3', ['-S', '-c', PYTHON], {
      env: {
        ...process.env,
        FAKE_AWS: `http://127.0.0.1:${port}`,
        PYTHONPATH: resolve('test/fakes/aws/python'),
        PYTHONDONTWRITEBYTECODE: '1',
        no_proxy: '*',
      },
    });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      stdout += chunk;
    });
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
      stderr += chunk;
    });
    child.stdin.end(JSON.stringify({ script: Script, handler: Handler, payload: InputPayload }));
    const code = await new Promise((ended) => child.on('close', ended));
    if (code !== 0)
      throw new StepFailed(
        stderr.slice(stderr.lastIndexOf('\n  File')).split('\n').slice(2).join('\n').trim() || stderr,
      );
    const payload = { Payload: JSON.parse(stdout) as Value };
    this.#fleet.stepExecutions.push({ StepName: name, Outputs: { OutputPayload: [JSON.stringify(payload)] } });
    return payload;
  }

  /** Fails as the action does when not all invocations succeed; the command's id is an output all the same. */
  async #runCommand({ name }: Step, inputs: Inputs): Promise<void> {
    const parameters = Object.fromEntries(
      Object.entries((inputs['Parameters'] ?? {}) as Inputs).map(([key, value]) => [
        key,
        Array.isArray(value) ? value : [value],
      ]),
    );
    const sent = await this.#call('ssm', 'SendCommand', { ...inputs, Parameters: parameters as Value });
    const id = select(sent, '$.Command.CommandId');
    this.#values.set(`${name}.CommandId`, id);
    const status = select(await this.#call('ssm', 'ListCommands', { CommandId: id }), '$.Commands[0].Status');
    if (status !== 'Success') throw new StepFailed(`the command ended as ${status}`);
  }

  async #call(service: string, operation: string, request: Inputs): Promise<Value> {
    try {
      return (await this.#fleet.call(service, operation, request as Record<string, unknown>)) as Value;
    } catch (error) {
      if (error instanceof ApiError) throw new StepFailed(`${error.code}: ${error.message}`);
      throw error;
    }
  }

  #take({ name, outputs = [] }: Step, from: Value): void {
    for (const { Name, Selector, Type } of outputs) {
      const value = select(from, Selector);
      const is = Array.isArray(value)
        ? 'StringList'
        : { string: 'String', boolean: 'Boolean', number: 'Integer' }[typeof value as string];
      if (is !== Type) throw new StepFailed(`output ${Name} is ${is}, not ${Type}`);
      this.#values.set(`${name}.${Name}`, value);
    }
  }

  /** A value that is one reference keeps its type; within a text it becomes text. */
  #fill(value: Value, at: string): Value {
    if (Array.isArray(value)) return value.map((one: Value) => this.#fill(one, at));
    if (typeof value === 'object' && value !== null)
      return Object.fromEntries(
        Object.entries(value).map(([key, inner]) => [key, key === 'Script' ? inner : this.#fill(inner, at)]),
      );
    if (typeof value !== 'string') return value;
    const look = (name: string): Value => {
      const found = this.#values.get(name);
      if (found === undefined) throw new StepFailed(`${at}: {{ ${name} }} has no value`);
      return found;
    };
    const whole = /^\{\{ *([\w.:]+) *\}\}$/.exec(value)?.[1];
    if (whole !== undefined) return look(whole);
    return value.replaceAll(/\{\{ *([\w.:]+) *\}\}/g, (_match, name: string) => String(look(name)));
  }
}

function holds(choice: Readonly<Record<string, Value>>): boolean {
  const { Variable, NextStep: _next, ...operators } = choice;
  return Object.entries(operators).every(([operator, operand]) => {
    if (operator === 'StringEquals' || operator === 'BooleanEquals') return Variable === operand;
    throw new Error(`nothing plays ${operator}`);
  });
}

/** As much of JSONPath as is used: $.A.B, $.A[0].B */
function select(from: Value, selector: string): Value {
  const steps = selector
    .replace(/^\$\.?/, '')
    .split(/[.[\]]+/)
    .filter((part) => part !== '');
  let at: Value = from;
  for (const part of steps) {
    const inner: Value | undefined = (at as Record<string, Value> | null)?.[part];
    if (inner === undefined) throw new StepFailed(`${selector} selects nothing`);
    at = inner;
  }
  return at;
}

async function listen(fleet: FakeFleet): Promise<Server> {
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (chunk: string) => {
      body += chunk;
    });
    request.on('end', () => {
      const [, service = '', operation = ''] = (request.url ?? '').split('/');
      fleet.call(service, operation, JSON.parse(body) as Record<string, unknown>).then(
        (answer) => response.end(JSON.stringify(answer)),
        (error: unknown) => {
          const code = error instanceof ApiError ? error.code : 'InternalFailure';
          response.writeHead(400).end(JSON.stringify({ code, message: String(error) }));
        },
      );
    });
  });
  server.listen(0, '127.0.0.1');
  await new Promise((ready) => server.once('listening', ready));
  return server;
}
