import { schemaOfKind } from '../../src/api/generated/index.ts';
import { isDeepEqual, parseGroupVersion } from '../../src/machinery/index.ts';
import { decodeMessage, openEnvelope } from '../../src/machinery/protobuf/index.ts';
import type { ApiModel, ModelResource } from './api-model.ts';
import { encodeJson, protobufType } from './encode-body.ts';
import type { FuzzConnection } from './fuzz-connection.ts';
import { parseAnswer } from './fuzz-request.ts';
import { everywhere } from './fuzz-run.ts';
import type { JsonMap } from './json-value.ts';
import { describeChange, isRewrittenByUpstream } from './scenarios/read-back.ts';
import { withoutEmpty } from './without-empty.ts';

/** Every object there is, by path. */
export type StoredState = ReadonlyMap<string, JsonMap>;

/** Lists every resource, as JSON, as Table and as protobuf, and notes where these disagree. */
export async function readState(connection: FuzzConnection, model: ApiModel, problems: string[]): Promise<StoredState> {
  const state = new Map<string, JsonMap>();
  for (const resource of model.resources) {
    if (resource.item === undefined) continue;
    for (const [path, object] of await readResource(connection, resource, problems)) state.set(path, object);
  }
  return state;
}

async function readResource(
  connection: FuzzConnection,
  resource: ModelResource,
  problems: string[],
): Promise<StoredState> {
  const path = everywhere(resource);
  const get = (accept: string) => connection.send({ method: 'GET', path, headers: { accept } });
  const plain = await get('application/json');
  const items = parseAnswer(plain)?.items as JsonMap[] | undefined;
  if (plain.status !== 200 || items === undefined) {
    problems.push(`GET ${path}: ${plain.status}`);
    return new Map();
  }
  const table = await get('application/json;as=Table;v=v1;g=meta.k8s.io');
  if (table.status !== 200) problems.push(`GET ${path} as Table: ${table.status}`);
  if (!resource.group.endsWith('.example')) compareList(resource, items, await get(protobufType), problems);
  return new Map(
    items.map(item => [pathOf(resource, item), { apiVersion: resource.apiVersion, kind: resource.kind, ...item }]),
  );
}

function compareList(
  resource: ModelResource,
  items: readonly JsonMap[],
  answer: { status: number; body: Buffer },
  problems: string[],
): void {
  const path = everywhere(resource);
  try {
    const { group, version } = parseGroupVersion(resource.apiVersion);
    const { message, kind } = openEnvelope(answer.body);
    const list = decodeMessage(message, schemaOfKind(group, version, kind)) as { items?: JsonMap[] };
    const decoded = new Map((list.items ?? []).map(item => [pathOf(resource, item), withoutEmpty(item) as JsonMap]));
    // An item of a list has its kind from the list.
    for (const { apiVersion: _apiVersion, kind: _kind, ...full } of items) {
      const item = withoutEmpty(full) as JsonMap;
      const other = decoded.get(pathOf(resource, item));
      const isSameRevision = other !== undefined && revisionOf(other) === revisionOf(item);
      if (isSameRevision && !isDeepEqual(other, item)) {
        problems.push(`${pathOf(resource, item)} in lists as JSON and as protobuf: ${describeChange(item, other)}`);
      }
    }
  } catch (error) {
    problems.push(`GET ${path} as protobuf: ${answer.status}, ${(error as Error).message}`);
  }
}

/** Writes every object back as it was read. Nothing may change, and nothing may be refused. */
export async function writeBack(connection: FuzzConnection, state: StoredState, problems: string[]): Promise<number> {
  let written = 0;
  for (const [path, object] of state) {
    if (isRewrittenByUpstream(object)) continue;
    const { type, bytes } = encodeJson(object);
    const answer = await connection.send({ method: 'PUT', path, headers: { 'content-type': type }, body: bytes });
    if (answer.status === 404 || answer.status === 409 || answer.status === 405) continue;
    written++;
    const answered = parseAnswer(answer);
    if (answer.status !== 200) problems.push(`PUT ${path} of what a list gave: ${answer.status} ${answered?.message}`);
    else if (revisionOf(answered) !== revisionOf(object) && metadataOf(object)['deletionTimestamp'] === undefined) {
      problems.push(`PUT ${path} of what a list gave changes it: ${describeChange(object, answered)}`);
    }
  }
  return written;
}

/** What differs after a restart, other than what the server and its controllers change when they start. */
export function compareStates(before: StoredState, after: StoredState): readonly string[] {
  const problems: string[] = [];
  for (const [path, object] of before) {
    const found = after.get(path);
    if (found === undefined && isPassing(object)) continue;
    if (found === undefined) problems.push(`${path} is gone`);
    else if (revisionOf(found) === revisionOf(object) && !isDeepEqual(found, object)) {
      problems.push(`${path} reads differently at the same revision: ${describeChange(object, found)}`);
    }
  }
  return problems;
}

/** What the server's controllers are about to remove, or may: what is being deleted, owned or has a time to live. */
function isPassing(object: JsonMap): boolean {
  const { deletionTimestamp, ownerReferences } = metadataOf(object);
  const { ttlSecondsAfterFinished } = (object['spec'] ?? {}) as JsonMap;
  const isSaid = [deletionTimestamp, ownerReferences, ttlSecondsAfterFinished].some(value => value !== undefined);
  return isSaid || object['kind'] === 'Event';
}

function pathOf(resource: ModelResource, { metadata }: JsonMap): string {
  const { name, namespace = '' } = metadata as { name: string; namespace?: string };
  const collection = resource.collection.template.replace('{namespace}', namespace);
  return `${collection}/${encodeURIComponent(name)}`;
}

function metadataOf(object: JsonMap): JsonMap {
  return object['metadata'] as JsonMap;
}

function revisionOf(object: JsonMap): unknown {
  return metadataOf(object)['resourceVersion'];
}
