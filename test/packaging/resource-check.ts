/**
 * Holds a template against CloudFormation's own resource specification: types and properties that exist, required
 * ones there, values of the right type. An intrinsic function may stand for any value; what it refers to must exist.
 */
import { loadAwsServiceSpecSync } from '@aws-cdk/aws-service-spec';

type Tree = Record<string, unknown>;

/** As much of the specification's types as is used here. */
type Type =
  | { readonly type: 'string' | 'number' | 'integer' | 'boolean' | 'json' | 'date-time' | 'tag' | 'null' }
  | { readonly type: 'array' | 'map'; readonly element: Type }
  | { readonly type: 'ref'; readonly reference: { readonly $ref: string } }
  | { readonly type: 'union'; readonly types: readonly Type[] };
type Properties = Record<string, { readonly type: Type; readonly required?: boolean | null }>;

const FUNCTION = /^(Ref|Fn::(Sub|If|Join|GetAtt|Not|Equals|And|Or))$/;
const PSEUDO = /^AWS::(NoValue|Region|AccountId|Partition|URLSuffix|StackName|StackId|NotificationARNs)$/;

let loaded: ReturnType<typeof loadAwsServiceSpecSync> | null = null;
/** Takes a second to unpack, once. */
const specification = () => (loaded ??= loadAwsServiceSpecSync());

const isTree = (value: unknown): value is Tree => typeof value === 'object' && value !== null && !Array.isArray(value);

const functionOf = (value: unknown): string | null => {
  const [key, ...rest] = isTree(value) ? Object.keys(value) : [];
  return key !== undefined && rest.length === 0 && FUNCTION.test(key) ? key : null;
};

/** Everything that is wrong with a template, in words; empty when nothing is. */
export function templateProblems(template: unknown): string[] {
  if (!isTree(template) || !isTree(template['Resources'])) return ['it has no Resources'];
  const sections = ['AWSTemplateFormatVersion', 'Description', 'Parameters', 'Conditions', 'Resources', 'Outputs'];
  const problems = Object.keys(template).flatMap((key) => (sections.includes(key) ? [] : [`${key}: no such section`]));
  for (const [id, resource] of Object.entries(template['Resources'])) {
    if (!/^[A-Za-z0-9]{1,255}$/.test(id)) problems.push(`${id}: not alphanumeric`);
    if (isTree(resource)) problems.push(...resourceProblems(id, resource));
  }
  return [...problems, ...referenceProblems(template)];
}

function resourceProblems(id: string, resource: Tree): string[] {
  const database = specification();
  const [found] = [...database.lookup('resource', 'cloudFormationType', 'equals', String(resource['Type']))];
  if (found === undefined) return [`${id}: no type ${resource['Type']}`];
  const definition = (id: string): Properties => {
    const { properties } = database.get('typeDefinition', id);
    return properties as unknown as Properties;
  };
  return propertyProblems(id, resource['Properties'] ?? {}, found.properties as unknown as Properties, definition);
}

function propertyProblems(
  path: string,
  value: unknown,
  properties: Properties,
  definition: (id: string) => Properties,
): string[] {
  if (!isTree(value)) return [`${path}: not a map`];
  const problems: string[] = [];
  for (const [name, { required }] of Object.entries(properties)) {
    if (required === true && value[name] === undefined) problems.push(`${path}.${name}: required`);
  }
  for (const [name, inner] of Object.entries(value)) {
    const property = properties[name];
    if (property === undefined) problems.push(`${path}.${name}: no such property`);
    else problems.push(...typeProblems(`${path}.${name}`, inner, property.type, definition));
  }
  return problems;
}

function typeProblems(path: string, value: unknown, type: Type, definition: (id: string) => Properties): string[] {
  const name = functionOf(value);
  if (name === 'Fn::If') {
    const [, yes, no] = (value as { 'Fn::If': unknown[] })['Fn::If'];
    return [yes, no].flatMap((branch) => typeProblems(path, branch, type, definition));
  }
  if (name !== null) return [];
  const wrong = (ok: boolean): string[] => (ok ? [] : [`${path}: ${JSON.stringify(value)} is no ${type.type}`]);
  switch (type.type) {
    case 'string':
    case 'date-time':
      return wrong(typeof value === 'string');
    case 'number':
      return wrong(typeof value === 'number');
    case 'integer':
      return wrong(Number.isInteger(value));
    case 'boolean':
      return wrong(typeof value === 'boolean');
    case 'null':
      return wrong(value === null);
    case 'json':
    case 'tag':
      return wrong(isTree(value));
    case 'array':
      if (!Array.isArray(value)) return wrong(false);
      return value.flatMap((item, index) => typeProblems(`${path}[${index}]`, item, type.element, definition));
    case 'map':
      if (!isTree(value)) return wrong(false);
      return Object.entries(value).flatMap(([key, item]) =>
        typeProblems(`${path}.${key}`, item, type.element, definition),
      );
    case 'ref':
      return propertyProblems(path, value, definition(type.reference.$ref), definition);
    case 'union': {
      const each = type.types.map((one) => typeProblems(path, value, one, definition));
      return each.some((problems) => problems.length === 0) ? [] : (each[0] ?? []);
    }
  }
}

/** What Ref, Fn::Sub, Fn::GetAtt and Fn::If name must be there. */
function referenceProblems(template: Tree): string[] {
  const of = (section: string): string[] => Object.keys((template[section] as Tree | undefined) ?? {});
  const values = new Set([...of('Parameters'), ...of('Resources')]);
  const conditions = new Set(of('Conditions'));
  const problems: string[] = [];
  const used = new Set<string>();
  const refer = (name: string): void => {
    used.add(name);
    if (!values.has(name) && !PSEUDO.test(name)) problems.push(`${name}: referred to, but not there`);
  };
  const test = (name: string): void => {
    used.add(name);
    if (!conditions.has(name)) problems.push(`${name}: no such condition`);
  };
  const visit = (node: unknown, isResource: boolean): void => {
    if (Array.isArray(node)) for (const item of node) visit(item, false);
    if (!isTree(node)) return;
    if (typeof node['Ref'] === 'string') refer(node['Ref']);
    const [text, own] = Array.isArray(node['Fn::Sub']) ? node['Fn::Sub'] : [node['Fn::Sub'], {}];
    if (typeof text === 'string')
      for (const [, name = ''] of text.matchAll(/\$\{([^!}][^}]*)\}/g)) if (!(name in own)) refer(name);
    if (Array.isArray(node['Fn::If'])) test(String(node['Fn::If'][0]));
    if (isResource && typeof node['Condition'] === 'string') test(node['Condition']);
    for (const name of isResource ? [node['DependsOn'] ?? []].flat() : []) {
      if (!of('Resources').includes(String(name))) problems.push(`${name}: depended on, but not there`);
    }
    for (const inner of Object.values(node)) visit(inner, false);
  };
  for (const section of ['Resources', 'Outputs'])
    for (const item of Object.values((template[section] as Tree | undefined) ?? {})) visit(item, true);
  const within = (node: unknown): void => {
    if (Array.isArray(node)) for (const item of node) within(item);
    if (!isTree(node)) return;
    if (typeof node['Condition'] === 'string') test(node['Condition']);
    for (const inner of Object.values(node)) within(inner);
  };
  for (const condition of Object.values((template['Conditions'] as Tree | undefined) ?? {})) {
    visit(condition, false);
    within(condition);
  }
  const idle = [...of('Parameters'), ...conditions].filter((name) => !used.has(name));
  return [...problems, ...idle.map((name) => `${name}: never used`)];
}
