import type { ModelResource } from '../api-model.ts';
import type { Draft, Scenario } from '../draft.ts';
import { fillPath } from '../draft.ts';
import { damageBody, type EncodedBody, encodeObject } from '../encode-body.ts';
import { type FuzzAnswer, type FuzzRequest, parseAnswer } from '../fuzz-request.ts';
import { isMap, type JsonMap } from '../json-value.ts';
import { drawAccept, drawQuery } from './queries.ts';
import { readBack } from './read-back.ts';
import { tameCounts } from './tame-counts.ts';

/** Kinds whose every object bears on requests about others: they come and go in scenarios of their own. */
const farReaching: ReadonlySet<string> = new Set([
  'ValidatingWebhookConfiguration',
  'MutatingWebhookConfiguration',
  'ValidatingAdmissionPolicy',
  'ValidatingAdmissionPolicyBinding',
  'MutatingAdmissionPolicy',
  'MutatingAdmissionPolicyBinding',
  'APIService',
  'FlowSchema',
  'PriorityLevelConfiguration',
]);

export interface Place {
  readonly name: string;
  readonly namespace: string;
}

export function collectionPath(resource: ModelResource, { namespace }: Pick<Place, 'namespace'>): string {
  return fillPath(resource.collection.template, { namespace });
}

export function itemPath(resource: ModelResource, place: Place): string {
  return `${collectionPath(resource, place)}/${encodeURIComponent(place.name)}`;
}

export function pickPlace(draft: Draft): Place {
  return { name: draft.pickName(), namespace: draft.pickNamespace() };
}

export const createObject: Scenario = function* (draft) {
  const resource = draft.pickResource();
  const { chance } = draft;
  const place = pickPlace(draft);
  const object = draft.object(resource, place);
  const query = drawQuery(resource.collection.operations.get('POST'), chance);
  if (farReaching.has(resource.kind)) query['dryRun'] = 'All';
  if (query['dryRun'] !== 'All') tameCounts(object);
  if (chance.is(0.03)) generateName(object, chance.pick(['gen-', 'G', '', 'a'.repeat(300)]));
  const headers = { accept: drawAccept(chance) };
  const answer = yield draft.request('POST', collectionPath(resource, place), query, encode(draft, object), headers);
  if (answer.status === 201 && query['dryRun'] === undefined && resource.item !== undefined && chance.is(0.3)) {
    yield* readBack(draft, resource, place.namespace, nameOf(answer) ?? place.name);
  }
};

function generateName(object: JsonMap, prefix: string): void {
  const metadata = object['metadata'];
  if (!isMap(metadata)) return;
  delete metadata['name'];
  metadata['generateName'] = prefix;
}

function nameOf(answer: FuzzAnswer): string | undefined {
  return parseAnswer(answer)?.metadata?.name;
}

/** Encoded, and damaged in one of twenty. */
export function encode(draft: Draft, object: JsonMap): EncodedBody {
  const body = encodeObject(object, draft.chance);
  return draft.chance.is(0.05) ? damageBody(body, draft.chance) : body;
}

/** Reads an object, changes it and writes it back. */
export const replaceObject: Scenario = function* (draft) {
  const { chance } = draft;
  const resource = draft.pickResource();
  if (resource.item === undefined) return;
  const found = yield* findObject(draft, resource);
  if (found === undefined) return;
  const { object, path } = found;
  if (chance.is(0.6)) draft.setFields(object, resource.schema);
  if (chance.is(0.3)) draft.disturb(object);
  if (chance.is(0.2) && isMap(object['metadata'])) delete object['metadata']['resourceVersion'];
  const query = drawQuery(resource.item.operations.get('PUT'), chance);
  if (farReaching.has(resource.kind)) query['dryRun'] = 'All';
  if (query['dryRun'] !== 'All') tameCounts(object);
  yield draft.request('PUT', path, query, encode(draft, object), { accept: drawAccept(chance) });
};

/** Some object of the kind that there is, or one of the usual names. */
export function* findObject(
  draft: Draft,
  resource: ModelResource,
): Generator<FuzzRequest, { readonly object: JsonMap; readonly path: string } | undefined, FuzzAnswer> {
  const place = pickPlace(draft);
  if (draft.chance.is(0.5)) {
    const path = itemPath(resource, place);
    const answer = yield draft.request('GET', path);
    return answer.status === 200 ? toFound(parseAnswer(answer), path) : undefined;
  }
  const list = yield draft.request('GET', collectionPath(resource, place), { limit: '20' });
  const items: unknown = parseAnswer(list)?.items;
  if (!Array.isArray(items) || items.length === 0) return undefined;
  const item = draft.chance.pick(items as JsonMap[]);
  const { name, namespace = '' } = item['metadata'] as { name: string; namespace?: string };
  const object = { apiVersion: resource.apiVersion, kind: resource.kind, ...item };
  return toFound(object, itemPath(resource, { name, namespace }));
}

function toFound(object: unknown, path: string): { object: JsonMap; path: string } | undefined {
  return isMap(object) ? { object, path } : undefined;
}

/** A whole object to a name that may or may not be there. */
export const putObject: Scenario = function* (draft) {
  const resource = draft.pickResource();
  const place = pickPlace(draft);
  const object = draft.object(resource, place);
  const query = drawQuery(resource.item?.operations.get('PUT'), draft.chance);
  if (farReaching.has(resource.kind)) query['dryRun'] = 'All';
  tameCounts(object);
  yield draft.request('PUT', itemPath(resource, place), query, encode(draft, object), {
    accept: drawAccept(draft.chance),
  });
};

export const readObject: Scenario = function* (draft) {
  const resource = draft.pickResource();
  const query = drawQuery(resource.item?.operations.get('GET'), draft.chance);
  yield draft.request('GET', itemPath(resource, pickPlace(draft)), query, undefined, {
    accept: drawAccept(draft.chance),
  });
};

/** A page, and the next if there is one. */
export const listObjects: Scenario = function* (draft) {
  const { chance } = draft;
  const resource = draft.pickResource();
  const isEverywhere = resource.isNamespaced && chance.is(0.3);
  const path = isEverywhere
    ? resource.collection.template.replace('/namespaces/{namespace}', '')
    : collectionPath(resource, { namespace: draft.pickNamespace() });
  const query = drawQuery(resource.collection.operations.get('GET'), chance);
  if (chance.is(0.3)) query['limit'] = chance.pick(['1', '3', '10']);
  const headers = { accept: drawAccept(chance) };
  const answer = yield draft.request('GET', path, query, undefined, headers);
  let token: unknown = parseAnswer(answer)?.metadata?.continue;
  for (let page = 0; page < 2 && typeof token === 'string' && token !== ''; page++) {
    const changed = chance.is(0.1) ? `${token.slice(0, -3)}x` : token;
    const next = yield draft.request('GET', path, { ...query, continue: changed }, undefined, headers);
    token = parseAnswer(next)?.metadata?.continue;
  }
};

const finalizers = ['fuzz.example/hold', 'kubernetes', 'foregroundDeletion', 'orphan'];

export const deleteObject: Scenario = function* (draft) {
  const { chance } = draft;
  const resource = draft.pickResource();
  const place = pickPlace(draft);
  const query = drawQuery(resource.item?.operations.get('DELETE'), chance);
  const options = chance.is(0.3) ? draft.seedOf(deleteOptions) : undefined;
  const headers = { accept: drawAccept(chance) };
  const answer = yield draft.request(
    'DELETE',
    itemPath(resource, place),
    query,
    options && encode(draft, options),
    headers,
  );
  const held: unknown = parseAnswer(answer)?.metadata?.finalizers;
  if (!Array.isArray(held) || chance.is(0.3)) return;
  // Lets go of what is held, or names would run out.
  const left = chance.is(0.2) ? [chance.pick(finalizers)] : null;
  const patch = {
    type: 'application/merge-patch+json',
    bytes: Buffer.from(JSON.stringify({ metadata: { finalizers: left } })),
  };
  yield draft.request('PATCH', itemPath(resource, place), {}, patch);
};

const deleteOptions = {
  apiVersion: 'v1',
  kind: 'DeleteOptions',
  schema: { $ref: '#/components/schemas/io.k8s.apimachinery.pkg.apis.meta.v1.DeleteOptions' },
};

/** Only of what the fuzzer made: a server without roles, nodes or services of its own has little left to say. */
export const deleteCollection: Scenario = function* (draft) {
  const { chance } = draft;
  const resource = draft.pickResource();
  const namespace = chance.pick(['fz-4', 'fz-5', 'no-such']);
  const query = drawQuery(resource.collection.operations.get('DELETE'), chance);
  if (!resource.isNamespaced || chance.is(0.5)) query['labelSelector'] = 'fuzz=one';
  if (chance.is(0.5)) query['dryRun'] = 'All';
  const options = chance.is(0.2) ? draft.seedOf(deleteOptions) : undefined;
  yield draft.request('DELETE', collectionPath(resource, { namespace }), query, options && encode(draft, options));
};
