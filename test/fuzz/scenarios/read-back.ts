import { schemaOfKind } from '../../../src/api/generated/index.ts';
import { isDeepEqual, parseGroupVersion } from '../../../src/machinery/index.ts';
import { decodeMessage, openEnvelope } from '../../../src/machinery/protobuf/index.ts';
import type { ModelResource } from '../api-model.ts';
import type { Draft } from '../draft.ts';
import { encodeJson, protobufType } from '../encode-body.ts';
import { type FuzzAnswer, type FuzzRequest, parseAnswer } from '../fuzz-request.ts';
import type { JsonMap } from '../json-value.ts';
import { withoutEmpty } from '../without-empty.ts';
import { itemPath } from './object-requests.ts';

/**
 * What is stored can be read in every format, and writing it back as it was read changes nothing. Others may write or
 * delete it meanwhile: then there is nothing to compare.
 */
export function* readBack(
  draft: Draft,
  resource: ModelResource,
  namespace: string,
  name: string,
): Generator<FuzzRequest, void, FuzzAnswer> {
  const path = itemPath(resource, { name, namespace });
  const plain = yield draft.request('GET', path);
  if (plain.status === 404) return;
  const object = parseAnswer(plain) as JsonMap | undefined;
  draft.expect(plain.status === 200 && object !== undefined, () => `GET ${path} after its creation: ${plain.status}`);
  if (object === undefined) return;
  yield* readOtherFormats(draft, resource, path, object);
  if (isRewrittenByUpstream(object)) return;
  const again = yield draft.request('PUT', path, {}, encodeJson(object));
  if (isOvertaken(again)) return;
  const answered = parseAnswer(again);
  draft.expect(again.status === 200, () => `PUT ${path} of what GET gave: ${again.status} ${answered?.message}`);
  const before = versionOf(object);
  // A deletion that it waits for may go on in between.
  if (again.status !== 200 || (object['metadata'] as JsonMap)['deletionTimestamp'] !== undefined) return;
  draft.expect(
    versionOf(answered) === before,
    () =>
      `PUT ${path} of what GET gave: revision ${before} became ${versionOf(answered)}: ${describeChange(object, answered)}`,
  );
}

function* readOtherFormats(
  draft: Draft,
  resource: ModelResource,
  path: string,
  object: JsonMap,
): Generator<FuzzRequest, void, FuzzAnswer> {
  const table = yield draft.request('GET', path, {}, undefined, {
    accept: 'application/json;as=Table;v=v1;g=meta.k8s.io',
  });
  if (table.status === 404) return;
  const rows: unknown = parseAnswer(table)?.rows;
  draft.expect(
    table.status === 200 && Array.isArray(rows) && rows.length === 1,
    () => `GET ${path} as Table: ${table.status}`,
  );
  const { group, version } = parseGroupVersion(resource.apiVersion);
  if (group.endsWith('.example')) return;
  const binary = yield draft.request('GET', path, {}, undefined, { accept: protobufType });
  if (binary.status === 404) return;
  draft.expect(binary.status === 200, () => `GET ${path} as protobuf: ${binary.status}`);
  if (binary.status !== 200) return;
  try {
    const { message } = openEnvelope(binary.body);
    const decoded = {
      apiVersion: resource.apiVersion,
      kind: resource.kind,
      ...decodeMessage(message, schemaOfKind(group, version, resource.kind)),
    } as JsonMap;
    const isSame = versionOf(decoded) !== versionOf(object) || isDeepEqual(withoutEmpty(decoded), withoutEmpty(object));
    draft.expect(
      isSame,
      () =>
        `GET ${path} as protobuf and as JSON differ: ${describeChange(withoutEmpty(object), withoutEmpty(decoded))}`,
    );
  } catch (error) {
    draft.expect(false, () => `GET ${path} as protobuf cannot be decoded: ${(error as Error).message}`);
  }
}

/** Somebody else has changed or removed it since. */
function isOvertaken({ status, outcome }: FuzzAnswer): boolean {
  return status === 409 || status === 404 || outcome !== 'whole';
}

/**
 * Kubernetes: autoscaling/v1 puts the share of CPU behind all other metrics; and whoever may write a CRD's status may say
 * of stored versions what then refuses or changes every other write.
 */
export function isRewrittenByUpstream({ apiVersion, kind, spec, status }: JsonMap): boolean {
  if (apiVersion === 'autoscaling/v1') return true;
  if (kind !== 'CustomResourceDefinition') return false;
  const versions = ((spec as JsonMap)['versions'] ?? []) as { name: string; storage: boolean }[];
  const stored = ((status as JsonMap | undefined)?.['storedVersions'] ?? []) as string[];
  const isKnown = stored.every(name => versions.some(version => version.name === name));
  return !isKnown || !versions.every(({ name, storage }) => !storage || stored.includes(name));
}

function versionOf(object: unknown): unknown {
  return (object as { metadata?: JsonMap } | undefined)?.metadata?.['resourceVersion'];
}

/** The first few places in which two objects differ. */
export function describeChange(before: unknown, after: unknown, path = ''): string {
  const differences: string[] = [];
  collect(before, after, path, differences);
  return differences.slice(0, 5).join('; ');
}

function collect(before: unknown, after: unknown, path: string, differences: string[]): void {
  if (isDeepEqual(before, after) || differences.length >= 5) return;
  const areObjects = [before, after].every(value => typeof value === 'object' && value !== null);
  if (!areObjects) {
    differences.push(`${path}: ${cut(before)} → ${cut(after)}`);
    return;
  }
  const keys = new Set([...Object.keys(before as object), ...Object.keys(after as object)]);
  for (const key of keys) collect((before as JsonMap)[key], (after as JsonMap)[key], `${path}.${key}`, differences);
}

function cut(value: unknown): string {
  return (JSON.stringify(value) ?? 'absent').slice(0, 200);
}

/** Any object that there is, read in every format. */
export function* readBackAny(draft: Draft): Generator<FuzzRequest, void, FuzzAnswer> {
  const resource = draft.pickResource();
  if (resource.item === undefined) return;
  const everywhere = resource.collection.template.replace('/namespaces/{namespace}', '');
  const list = yield draft.request('GET', everywhere, {
    limit: '50',
    labelSelector: draft.chance.pick(['', '', 'fuzz=one']),
  });
  const items: unknown = parseAnswer(list)?.items;
  if (!Array.isArray(items) || items.length === 0) return;
  const { name, namespace = '' } = draft.chance.pick(
    items as { metadata: { name: string; namespace?: string } }[],
  ).metadata;
  yield* readBack(draft, resource, namespace, name);
}
