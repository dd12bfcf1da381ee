/**
 * JSON Schema of Systems Manager's Automation runbooks, schema version 0.3, as far as ours go. Written from
 * https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-actions.html
 */
const text = { type: 'string', minLength: 1 };
const texts = { type: 'array', minItems: 1, items: { type: 'string' } };
const map = { type: 'object' };

/** What the actions take: required inputs, then the others. */
const INPUTS: Readonly<Record<string, readonly [required: object, optional: object]>> = {
  'aws:executeScript': [
    { Runtime: { enum: ['python3.8', 'python3.9', 'python3.10', 'python3.11'] }, Handler: text, Script: text },
    { InputPayload: map },
  ],
  'aws:runCommand': [
    { DocumentName: text },
    {
      Targets: {
        type: 'array',
        minItems: 1,
        maxItems: 5,
        items: {
          type: 'object',
          required: ['Key', 'Values'],
          additionalProperties: false,
          properties: { Key: text, Values: { ...texts, maxItems: 50 } },
        },
      },
      InstanceIds: { ...texts, maxItems: 50 },
      Parameters: { type: 'object', additionalProperties: texts },
      TimeoutSeconds: { type: 'integer', minimum: 30, maximum: 2_592_000 },
      MaxConcurrency: text,
      MaxErrors: text,
      Comment: { type: 'string', maxLength: 100 },
    },
  ],
  'aws:sleep': [{ Duration: text }, {}],
  'aws:branch': [
    {
      Choices: {
        type: 'array',
        minItems: 1,
        items: {
          type: 'object',
          required: ['NextStep', 'Variable'],
          additionalProperties: false,
          properties: { NextStep: text, Variable: text, StringEquals: text, BooleanEquals: { type: 'boolean' } },
          minProperties: 3,
        },
      },
    },
    { Default: text },
  ],
};

const WAIT_REQUIRED = { Service: text, Api: text, PropertySelector: text, DesiredValues: texts };

const shape = (required: object, optional: object): object => ({
  type: 'object',
  required: Object.keys(required),
  additionalProperties: false,
  properties: { ...required, ...optional },
});

const step = (action: string, inputs: object): object => ({
  type: 'object',
  required: ['name', 'action', 'inputs'],
  additionalProperties: false,
  properties: {
    name: { type: 'string', pattern: '^[A-Za-z0-9_]{3,128}$' },
    action: { const: action },
    description: text,
    inputs,
    outputs: {
      type: 'array',
      items: shape(
        {
          Name: text,
          Selector: { type: 'string', pattern: '^\\$' },
          Type: { enum: ['String', 'StringList', 'Boolean', 'Integer', 'StringMap', 'MapList'] },
        },
        {},
      ),
    },
    timeoutSeconds: { type: 'integer', minimum: 1 },
    maxAttempts: { type: 'integer', minimum: 1 },
    onFailure: { type: 'string', pattern: '^(Abort|Continue|step:\\w+)$' },
    isCritical: { type: 'boolean' },
    isEnd: { type: 'boolean' },
    nextStep: text,
  },
});

const loop = {
  type: 'object',
  required: ['Steps'],
  additionalProperties: false,
  oneOf: [{ required: ['Iterators'] }, { required: ['LoopCondition'] }],
  properties: {
    Iterators: { anyOf: [text, texts] },
    IteratorDataType: { enum: ['Boolean', 'Integer', 'String', 'StringMap'] },
    LoopCondition: { type: 'object', required: ['Variable'], minProperties: 2 },
    MaxIterations: { type: 'integer', minimum: 1, maximum: 100 },
    // a loop within a loop is not known to be allowed
    Steps: { type: 'array', minItems: 1, items: { $ref: '#/definitions/plain' } },
  },
};

export const automationSchema = {
  type: 'object',
  required: ['schemaVersion', 'description', 'mainSteps'],
  additionalProperties: false,
  definitions: {
    plain: {
      oneOf: [
        ...Object.entries(INPUTS).map(([action, [required, optional]]) => step(action, shape(required, optional))),
        // further inputs are those of the API that is called
        step('aws:waitForAwsResourceProperty', {
          type: 'object',
          required: Object.keys(WAIT_REQUIRED),
          properties: WAIT_REQUIRED,
        }),
      ],
    },
  },
  properties: {
    schemaVersion: { const: '0.3' },
    description: text,
    assumeRole: text,
    parameters: {
      type: 'object',
      propertyNames: { pattern: '^[A-Za-z0-9]+$' },
      additionalProperties: {
        type: 'object',
        required: ['type', 'description'],
        additionalProperties: false,
        properties: {
          type: { enum: ['String', 'StringList', 'Integer', 'Boolean', 'MapList', 'StringMap'] },
          description: text,
          default: {},
          allowedValues: { type: 'array', minItems: 1 },
          allowedPattern: { type: 'string', format: 'regex' },
          minItems: { type: 'integer' },
          maxItems: { type: 'integer' },
        },
      },
    },
    mainSteps: {
      type: 'array',
      minItems: 1,
      items: { oneOf: [{ $ref: '#/definitions/plain' }, step('aws:loop', loop)] },
    },
    outputs: { type: 'array', items: { type: 'string', pattern: '^\\w+\\.\\w+$' } },
  },
};
