import { stringify } from 'yaml';
import type { ModelResource } from '../api-model.ts';
import type { Draft, Scenario } from '../draft.ts';
import { damageBody, type EncodedBody } from '../encode-body.ts';
import { containersOf, copyJson, isMap, type Json, type JsonMap } from '../json-value.ts';
import { findObject } from './object-requests.ts';
import { drawAccept, drawQuery } from './queries.ts';
import { tameCounts } from './tame-counts.ts';

/** All four kinds of patches, of objects that are mostly there. */
export const patchObject: Scenario = function* (draft) {
  const { chance } = draft;
  const resource = draft.pickResource();
  if (resource.item === undefined) return;
  const found = yield* findObject(draft, resource);
  if (found === undefined) return;
  const { object, path } = found;
  const { body, query } = drawPatch(draft, resource, object);
  Object.assign(query, drawQuery(resource.item.operations.get('PATCH'), chance), { ...query });
  if (body.type !== 'application/apply-patch+yaml') delete query['force'];
  if (isFarReaching(resource.group)) query['dryRun'] = 'All';
  const damaged = chance.is(0.05) ? damageBody(body, chance) : body;
  yield draft.request('PATCH', path, query, damaged, { accept: drawAccept(chance) });
};

/** A patch of an object that is there, of any of the four kinds, and the parameters that it needs. */
export function drawPatch(
  draft: Draft,
  resource: ModelResource,
  object: JsonMap,
): { readonly body: EncodedBody; readonly query: Record<string, string> } {
  const { chance } = draft;
  const kind = chance.pick(['json', 'merge', 'strategic', 'apply', 'apply'] as const);
  const query: Record<string, string> = {};
  if (kind === 'apply' && chance.is(0.95)) query['fieldManager'] = chance.pick(['fuzz', 'other', 'kubectl']);
  if (kind === 'apply' && chance.is(0.5)) query['force'] = 'true';
  return { body: draw[kind](draft, resource, object), query };
}

function isFarReaching(group: string): boolean {
  return /^(admissionregistration|apiregistration|flowcontrol)/.test(group);
}

type PatchDrawer = (draft: Draft, resource: ModelResource, object: JsonMap) => EncodedBody;

const draw: Readonly<Record<'json' | 'merge' | 'strategic' | 'apply', PatchDrawer>> = {
  json: drawJsonPatch,
  merge: (draft, resource, object) => encodePatch('merge-patch+json', drawMerge(draft, resource, object)),
  strategic: (draft, resource, object) =>
    encodePatch('strategic-merge-patch+json', addDirectives(draft, drawMerge(draft, resource, object))),
  apply: drawApplied,
};

function encodePatch(type: string, value: Json): EncodedBody {
  tameCounts(value);
  return { type: `application/${type}`, bytes: Buffer.from(JSON.stringify(value)) };
}

function drawJsonPatch(draft: Draft, resource: ModelResource, object: JsonMap): EncodedBody {
  const { chance, ground } = draft;
  const pointers = [...pointersOf(object, '')];
  const operations: Json[] = [];
  for (let left = 1 + chance.below(3); left > 0; left--) {
    const op = chance.pick(['add', 'replace', 'remove', 'test', 'move', 'copy', chance.is(0.1) ? 'x' : 'add']);
    const path = chance.weigh([
      [8, chance.pick(pointers)],
      [1, `${chance.pick(pointers)}/-`],
      [1, chance.pick(['', '/', '/no/such', 'x', '/metadata/labels/a~1b', '/spec/0', '/__proto__/a', '/a~2'])],
    ]);
    const field = path.slice(path.lastIndexOf('/') + 1);
    const value = chance.is(0.5)
      ? ground.generator.generate({ type: chance.pick(['string', 'integer', 'boolean']) }, field, chance)
      : chance.pick<Json>([null, {}, [], 'x', 1, { a: 'b' }]);
    const operation: JsonMap = { op, path };
    if (op !== 'remove' || chance.is(0.1)) operation['value'] = value;
    if (op === 'move' || op === 'copy') operation['from'] = chance.pick(pointers);
    if (chance.is(0.03)) delete operation[chance.pick(Object.keys(operation))];
    operations.push(operation);
  }
  void resource;
  return encodePatch('json-patch+json', chance.is(0.97) ? operations : chance.pick<Json>([{}, [], null, 'x', [1]]));
}

function* pointersOf(value: Json, path: string): Generator<string> {
  yield path;
  if (typeof value !== 'object' || value === null) return;
  for (const [key, inner] of Object.entries(value)) {
    if (key !== 'managedFields') yield* pointersOf(inner, `${path}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`);
  }
}

/** Part of the object, changed: some of its fields, one with another value, one with null. */
function drawMerge(draft: Draft, resource: ModelResource, object: JsonMap): JsonMap {
  const { chance } = draft;
  const { managedFields: _managedFields, ...metadata } = (object['metadata'] ?? {}) as JsonMap;
  const copy: JsonMap = JSON.parse(JSON.stringify({ ...object, metadata })) as JsonMap;
  draft.setFields(copy, resource.schema);
  if (chance.is(0.3)) draft.disturb(copy);
  const patch: JsonMap = {};
  for (const [key, value] of Object.entries(copy)) {
    if (key !== 'metadata' && chance.is(0.7)) patch[key] = value;
  }
  if (chance.is(0.4))
    patch['metadata'] = {
      labels: {
        fuzz: chance.pick(['one', 'two', null]),
        [chance.pick(['a', 'B', 'x/y'])]: chance.pick(['1', '', null, 'ü']),
      },
    };
  if (chance.is(0.1)) patch['metadata'] = { ...metadata, ...(isMap(patch['metadata']) ? patch['metadata'] : {}) };
  return patch;
}

const directives: readonly JsonMap[] = [
  { $patch: 'delete' },
  { $patch: 'replace' },
  { $patch: 'merge' },
  { $patch: 'x' },
  { $patch: 1 },
  { $retainKeys: ['a'] },
  { $retainKeys: 'x' },
];

function addDirectives(draft: Draft, patch: JsonMap): JsonMap {
  const { chance } = draft;
  for (let left = chance.below(3); left > 0; left--) {
    const container = chance.pick([...containersOf(patch)]);
    const directive = copyJson(chance.pick(directives));
    if (Array.isArray(container)) container.push(directive);
    else if (chance.is(0.6)) Object.assign(container, directive);
    else if (Object.keys(container).length > 0) {
      const key = chance.pick(Object.keys(container));
      const name = chance.pick(['$setElementOrder/', '$deleteFromPrimitiveList/', '$deleteFromPrimitiveList/']);
      container[`${name}${key}`] = chance.pick<Json>([[], ['a'], [{ name: 'a' }], 'x', null, [1]]);
    }
  }
  return patch;
}

/** What a manager applies: a whole object, as a person writes it. */
function drawApplied(draft: Draft, resource: ModelResource, object: JsonMap): EncodedBody {
  const { chance } = draft;
  const isOwn = chance.is(0.5);
  const applied = isOwn ? draft.seedOf(resource, 'patch') : drawMerge(draft, resource, object);
  const { name, namespace } = (object['metadata'] ?? {}) as JsonMap;
  const metadata: JsonMap = { name: name ?? 'a', labels: { fuzz: 'one' } };
  if (namespace !== undefined) metadata['namespace'] = namespace;
  if (chance.is(0.03)) metadata['managedFields'] = [];
  const body: JsonMap = { ...applied, apiVersion: resource.apiVersion, kind: resource.kind, metadata };
  if (chance.is(0.03)) delete body[chance.pick(['apiVersion', 'kind', 'metadata'])];
  tameCounts(body);
  const text = chance.is(0.5) ? stringify(body) : JSON.stringify(body);
  return {
    type: chance.is(0.97) ? 'application/apply-patch+yaml' : 'application/apply-patch+cbor',
    bytes: Buffer.from(text),
  };
}
