/**
 * JSON Schema of Systems Manager's Command documents, schema version 2.2, as far as ours go: top level, parameters,
 * aws:runShellScript and aws:configurePackage steps. Written from
 * https://docs.aws.amazon.com/systems-manager/latest/userguide/documents-schemas-features.html
 */
const parameter = {
  type: 'object',
  required: ['type', 'description'],
  additionalProperties: false,
  properties: {
    type: { enum: ['String', 'StringList', 'Integer', 'Boolean', 'MapList', 'StringMap'] },
    description: { type: 'string', minLength: 1 },
    default: {},
    allowedValues: { type: 'array', minItems: 1 },
    allowedPattern: { type: 'string', format: 'regex' },
    displayType: { enum: ['textfield', 'textarea'] },
    minItems: { type: 'integer' },
    maxItems: { type: 'integer' },
    minChars: { type: 'integer' },
    maxChars: { type: 'integer' },
  },
};

const precondition = {
  type: 'object',
  required: ['StringEquals'],
  additionalProperties: false,
  properties: {
    StringEquals: { type: 'array', minItems: 2, maxItems: 2, items: { type: 'string' } },
  },
};

const inputsOf = {
  'aws:runShellScript': {
    type: 'object',
    required: ['runCommand'],
    additionalProperties: false,
    properties: {
      runCommand: { type: 'array', minItems: 1, items: { type: 'string', minLength: 1 } },
      timeoutSeconds: { type: 'string', pattern: '^[0-9]+$' },
      workingDirectory: { type: 'string' },
    },
  },
  'aws:configurePackage': {
    type: 'object',
    required: ['name', 'action'],
    additionalProperties: false,
    properties: {
      name: { type: 'string' },
      action: { enum: ['Install', 'Uninstall'] },
      installationType: { enum: ['Uninstall and reinstall', 'In-place update'] },
      version: { type: 'string' },
      additionalArguments: { type: ['string', 'object'] },
    },
  },
};

const step = (action: keyof typeof inputsOf): object => ({
  type: 'object',
  required: ['action', 'name', 'inputs'],
  additionalProperties: false,
  properties: {
    action: { const: action },
    name: { type: 'string', pattern: '^[A-Za-z0-9_]{1,128}$' },
    inputs: inputsOf[action],
    precondition,
  },
});

export const commandSchema = {
  type: 'object',
  required: ['schemaVersion', 'description', 'mainSteps'],
  additionalProperties: false,
  properties: {
    schemaVersion: { const: '2.2' },
    description: { type: 'string', minLength: 1 },
    parameters: {
      type: 'object',
      propertyNames: { pattern: '^[A-Za-z0-9]+$' },
      additionalProperties: parameter,
    },
    mainSteps: {
      type: 'array',
      minItems: 1,
      items: { oneOf: [step('aws:runShellScript'), step('aws:configurePackage')] },
    },
  },
};
