import type { Environment } from '@marcbachmann/cel-js';
import type { Schema } from '../schema/schema.ts';
import { createCelEnvironment } from './cel-environment.ts';
import { registerAuthorizer } from './libraries/authorizer.ts';
import { registerJsonPatch } from './libraries/json-patch.ts';
import { declarePolicyType } from './policy-types.ts';

/** What an admission policy's expressions may name. */
export const variableNames = [
  'object',
  'oldObject',
  'request',
  'params',
  'namespaceObject',
  'authorizer',
  'variables',
] as const;

export type VariableName = (typeof variableNames)[number];

/** With the functions that only policies may call. */
export function createPolicyBase(): Environment {
  const environment = createCelEnvironment();
  registerAuthorizer(environment);
  registerJsonPatch(environment);
  return environment;
}

/** For running: objects of any kind come by, and values carry their types. */
export function createRunner(): Environment {
  return variableNames.reduce(
    (environment, name) =>
      environment.registerVariable(name, name === 'authorizer' ? 'kubernetes.authorization.Authorizer' : 'dyn'),
    createPolicyBase(),
  );
}

/** What the expressions of one place may use. */
export interface Scope {
  readonly hasParams: boolean;
  readonly hasAuthorizer: boolean;
  /** The types of `variables`, by name, as far as they have been checked; undefined where there are none. */
  readonly variables?: ReadonlyMap<string, string> | undefined;
}

const groupVersionKind = { group: 'string', version: 'string', kind: 'string' };

/** Kubernetes: what of the request and its namespace expressions may name. */
const objectTypes: readonly (readonly [string, Readonly<Record<string, string>>])[] = [
  ['kubernetes.GroupVersionKind', groupVersionKind],
  ['kubernetes.GroupVersionResource', { group: 'string', version: 'string', resource: 'string' }],
  [
    'kubernetes.UserInfo',
    { username: 'string', uid: 'string', groups: 'list<string>', extra: 'map<string, list<string>>' },
  ],
  [
    'kubernetes.AdmissionRequest',
    {
      kind: 'kubernetes.GroupVersionKind',
      resource: 'kubernetes.GroupVersionResource',
      subResource: 'string',
      requestKind: 'kubernetes.GroupVersionKind',
      requestResource: 'kubernetes.GroupVersionResource',
      requestSubResource: 'string',
      name: 'string',
      namespace: 'string',
      operation: 'string',
      userInfo: 'kubernetes.UserInfo',
      dryRun: 'bool',
      options: 'dyn',
    },
  ],
  ['kubernetes.NamespaceSpec', { finalizers: 'list<string>' }],
  ['kubernetes.NamespaceStatus', { conditions: 'list<dyn>', phase: 'string' }],
  [
    'kubernetes.NamespaceMetadata',
    {
      name: 'string',
      generateName: 'string',
      namespace: 'string',
      labels: 'map<string, string>',
      annotations: 'map<string, string>',
      UID: 'string',
      creationTimestamp: 'google.protobuf.Timestamp',
      deletionGracePeriodSeconds: 'int',
      deletionTimestamp: 'google.protobuf.Timestamp',
      generation: 'int',
      resourceVersion: 'string',
      finalizers: 'list<string>',
    },
  ],
  [
    'kubernetes.Namespace',
    {
      metadata: 'kubernetes.NamespaceMetadata',
      spec: 'kubernetes.NamespaceSpec',
      status: 'kubernetes.NamespaceStatus',
    },
  ],
];

/** What is known of the objects and parameters that a policy sees. */
export interface ObservedTypes {
  readonly object?: Schema | undefined;
  readonly params?: Schema | undefined;
}

/** For checking what somebody writes: request and namespace have types, objects where something is known of them. */
export function createChecker(base: Environment, scope: Scope, observed: ObservedTypes = {}): Environment {
  const environment = base.clone();
  const typeOf = (schema: Schema | undefined, name: string): string =>
    schema === undefined ? 'dyn' : declarePolicyType(environment, schema, name);
  for (const [name, fields] of objectTypes) environment.registerType(name, { fields: { ...fields } });
  const objectType = typeOf(observed.object, 'Object');
  environment
    .registerVariable('object', objectType)
    .registerVariable('oldObject', objectType)
    .registerVariable('request', 'kubernetes.AdmissionRequest')
    .registerVariable('namespaceObject', 'kubernetes.Namespace');
  if (scope.hasParams) environment.registerVariable('params', typeOf(observed.params, 'Params'));
  if (scope.hasAuthorizer) environment.registerVariable('authorizer', 'kubernetes.authorization.Authorizer');
  if (scope.variables !== undefined) {
    environment
      .registerType('kubernetes.variables', { fields: Object.fromEntries(scope.variables) })
      .registerVariable('variables', 'kubernetes.variables');
  }
  return environment;
}
