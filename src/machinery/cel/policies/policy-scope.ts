import type { Schema } from '../../schema/schema.ts';
import { type Declarations, libraryTypes, readDeclarations } from '../language/declarations.ts';
import {
  type CelType,
  celTypes,
  listType,
  mapType,
  objectType,
  type Scope,
  standardDeclarations,
} from '../language/index.ts';
import { mutationTypes } from './mutation-objects.ts';
import { declarePolicyType } from './policy-types.ts';

/** What an admission policy's expressions may name. */
export type VariableName =
  | 'object'
  | 'oldObject'
  | 'request'
  | 'params'
  | 'namespaceObject'
  | 'authorizer'
  | 'authorizer.requestResource'
  | 'variables';

/** What the expressions of one place may use. */
export interface PolicyScope {
  readonly hasParams: boolean;
  readonly hasAuthorizer: boolean;
  /** Whether they may write `Object{…}` and `JSONPatch{…}`. */
  readonly hasPatchTypes?: boolean | undefined;
  /** The types of `variables`, by name, undefined for those that have errors; absent where there are no variables. */
  readonly variables?: ReadonlyMap<string, CelType | undefined> | undefined;
}

/** What is known of the objects and parameters that a policy sees. */
export interface ObservedTypes {
  readonly object?: Schema | undefined;
  readonly params?: Schema | undefined;
}

const { bool, dyn, int, string, timestamp } = celTypes;
const texts = listType(string);

function declare(name: string, fields: Readonly<Record<string, CelType>>): CelType {
  return objectType(`kubernetes.${name}`, new Map(Object.entries(fields)));
}

const groupVersionKind = declare('GroupVersionKind', { group: string, version: string, kind: string });
const groupVersionResource = declare('GroupVersionResource', { group: string, version: string, resource: string });

/** Of a request, and in the authentication of users. */
export const userInfoType: CelType = declare('UserInfo', {
  username: string,
  uid: string,
  groups: texts,
  extra: mapType(string, texts),
});

/** Kubernetes: `BuildRequestType`. */
const requestType = declare('AdmissionRequest', {
  kind: groupVersionKind,
  resource: groupVersionResource,
  subResource: string,
  requestKind: groupVersionKind,
  requestResource: groupVersionResource,
  requestSubResource: string,
  name: string,
  namespace: string,
  operation: string,
  userInfo: userInfoType,
  dryRun: bool,
  options: dyn,
});

/** Kubernetes: `BuildNamespaceType`. */
const namespaceType = declare('Namespace', {
  metadata: declare('NamespaceMetadata', {
    name: string,
    generateName: string,
    namespace: string,
    labels: mapType(string, string),
    annotations: mapType(string, string),
    UID: string,
    creationTimestamp: timestamp,
    deletionGracePeriodSeconds: int,
    deletionTimestamp: timestamp,
    generation: int,
    resourceVersion: string,
    finalizers: texts,
  }),
  spec: declare('NamespaceSpec', { finalizers: texts }),
  status: declare('NamespaceStatus', { conditions: listType(dyn), phase: string }),
});

/** For checking what somebody writes: objects have types where something is known of them. */
export function scopeOf(scope: PolicyScope, observed: ObservedTypes = {}): Scope {
  const typeOf = (schema: Schema | undefined, name: string): CelType =>
    schema === undefined ? dyn : declarePolicyType(schema, name);
  const object = typeOf(observed.object, 'Object');
  const variables = new Map<string, CelType>([
    ['object', object],
    ['oldObject', object],
    ['request', requestType],
    ['namespaceObject', namespaceType],
  ] satisfies [VariableName, CelType][]);
  if (scope.hasParams) variables.set('params', typeOf(observed.params, 'Params'));
  if (scope.hasAuthorizer) {
    variables.set('authorizer', libraryTypes.authorizer);
    variables.set('authorizer.requestResource', libraryTypes.resourceCheck);
  }
  if (scope.variables !== undefined) {
    const types = [...scope.variables].map(([name, type = dyn]) => [name, type] as const);
    variables.set('variables', objectType('kubernetes.variables', new Map(types)));
  }
  return scope.hasPatchTypes === true
    ? { variables, functions: withPatchFunctions(), objects: mutationTypes }
    : { variables, functions: standardDeclarations() };
}

/** For running: objects of any kind come by. */
export function scopeOfRuns(): Scope {
  const { variables, ...rest } = scopeOf({ hasParams: true, hasAuthorizer: true, hasPatchTypes: true });
  return { ...rest, variables: new Map([...variables, ['variables', dyn]]) };
}

let patching: Declarations | undefined;

function withPatchFunctions(): Declarations {
  patching ??= new Map([
    ...standardDeclarations(),
    ...readDeclarations('jsonpatch.escapeKey(string) -> string  string_jsonpatch_escapeKey_string'),
  ]);
  return patching;
}
