import type { ModelOperation } from '../api-model.ts';
import type { Chance } from '../chance.ts';

/** Values by parameter: those that mean something, and those that do not. */
const values: Readonly<Record<string, readonly string[]>> = {
  allowWatchBookmarks: ['true', 'false', '1', 'x', ''],
  continue: ['x', 'eyJ2IjoibWV0YS5rOHMuaW8vdjEiLCJydiI6MSwic3RhcnQiOiJhIn0', 'AAAA', '%00', ''],
  dryRun: ['All', 'All', 'All', 'None', 'all', ''],
  fieldManager: ['fuzz', 'kubectl', 'a'.repeat(129), '', 'ü', '\u0001'],
  fieldSelector: [
    'metadata.name=a',
    'metadata.namespace=fz-0',
    'metadata.name!=a',
    'spec.nodeName=',
    'status.phase=Running',
    'no.such=a',
    '=',
    'metadata.name in (a)',
    'a=b\\,c',
    'metadata.name==a,metadata.name!=b',
    '\\',
    ',',
  ],
  fieldValidation: ['Strict', 'Warn', 'Ignore', 'strict', ''],
  force: ['true', 'false', 'x', ''],
  gracePeriodSeconds: ['0', '1', '30', '-1', '-5', 'x', '9223372036854775807', '9223372036854775808', '1.5', ''],
  ignoreStoreReadErrorWithClusterBreakingPotential: ['false', 'true', 'x'],
  labelSelector: [
    'fuzz=one',
    'fuzz!=one',
    'fuzz in (one,two)',
    'fuzz notin (one)',
    'fuzz',
    '!fuzz',
    'a=b,c=d',
    '=',
    'a in',
    'a in (',
    'a b',
    'a==',
    `${'a'.repeat(64)}=b`,
    'a>1',
    'a<x',
    'a=ü',
    ',',
    '!',
    'fuzz in ()',
    '(((',
    'app=x',
  ],
  limit: ['1', '2', '500', '0', '-1', 'x', '9223372036854775807', '9223372036854775808', '1e3', ''],
  orphanDependents: ['true', 'false', 'x'],
  pretty: ['true', 'false', '1', 'x'],
  propagationPolicy: ['Background', 'Foreground', 'Orphan', 'x', ''],
  resourceVersion: ['0', '1', '5', '999999999', 'x', '-1', '', '18446744073709551616', '01'],
  resourceVersionMatch: ['Exact', 'NotOlderThan', 'x', ''],
  sendInitialEvents: ['true', 'false', 'x'],
  shardSelector: ['x', ''],
  timeoutSeconds: ['1', '0', '2', '-1', 'x', ''],
  watch: ['false', '0', 'x', ''],
};
const strangers = [
  'a',
  '',
  '__proto__',
  'constructor',
  'labelselector',
  'dryRun[]',
  'exact',
  'export',
  'includeUninitialized',
  'limit ',
];

/** Parameters that OpenAPI names for the operation, each with some value; and now and then one that it does not name. */
export function drawQuery(operation: ModelOperation | undefined, chance: Chance, share = 0.12): Record<string, string> {
  const query: Record<string, string> = {};
  for (const name of operation?.query ?? []) {
    if (name === 'watch' || !chance.is(share)) continue;
    query[name] = chance.pick(values[name] ?? ['a', '1', 'true', '', 'x/y']);
  }
  if (chance.is(0.02)) query[chance.pick(strangers)] = chance.pick(['', 'a', 'true', '\u0000']);
  return query;
}

const accepts = [
  'application/json',
  'application/yaml',
  'application/vnd.kubernetes.protobuf',
  'application/vnd.kubernetes.protobuf,application/json',
  '*/*',
  'application/*',
  '',
  'application/json;as=Table;v=v1;g=meta.k8s.io',
  'application/json;as=Table;v=v1beta1;g=meta.k8s.io,application/json',
  'application/vnd.kubernetes.protobuf;as=Table;v=v1;g=meta.k8s.io',
  'application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io',
  'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io',
  'application/vnd.kubernetes.protobuf;as=PartialObjectMetadata;v=v1;g=meta.k8s.io,application/json',
  'application/json;as=Nothing;v=v1;g=meta.k8s.io',
  'application/json;q=0.5,application/yaml;q=0.9',
  'application/cbor',
  'text/html',
  'text/plain',
  'image/png',
  ';;;',
  'application/json;q=x',
  'a'.repeat(3_000),
  'application/json;stream=watch',
  'application/vnd.kubernetes.protobuf;stream=watch',
  'application/yaml;as=Table;v=v1;g=meta.k8s.io',
];

export function drawAccept(chance: Chance): string {
  return chance.is(0.6) ? 'application/json' : chance.pick(accepts);
}
