import type { ModelResource } from '../api-model.ts';
import type { Draft, Scenario } from '../draft.ts';
import { encodeJson } from '../encode-body.ts';
import { parseAnswer } from '../fuzz-request.ts';
import { isMap, type JsonMap } from '../json-value.ts';
import { compareHistory } from './histories.ts';
import { liveCustomKind } from './lives.ts';
import { collectionPath, encode, itemPath, listObjects } from './object-requests.ts';
import { askBadPath, mismatchMethod, sendOddBody, sendOddHeaders } from './odd-requests.ts';
import { drawPatch } from './patch-requests.ts';
import { drawQuery } from './queries.ts';

/** Where objects stand that are changed by dry runs only, so that two servers keep having the same. */
export const fixedPlace = { name: 'fixed', namespace: 'fz-0' };

const dryRun = { dryRun: 'All' };

/** An object that may be wrong in one way or another, created for the look of it. */
const compareCreate: Scenario = function* (draft) {
  const resource = draft.pickResource();
  const place = { name: draft.pickName(), namespace: 'fz-0' };
  const object = draft.object(resource, place);
  const query = {
    ...(draft.chance.is(0.2) ? drawQuery(resource.collection.operations.get('POST'), draft.chance) : {}),
    ...dryRun,
  };
  yield draft.request('POST', collectionPath(resource, place), query, encodeMostly(draft, object));
};

function encodeMostly(draft: Draft, object: JsonMap) {
  return draft.chance.is(0.85) ? encodeJson(object) : encode(draft, object);
}

function pickStored(draft: Draft): ModelResource {
  return draft.chance.pick(draft.ground.model.resources.filter(one => one.item !== undefined));
}

/** What is there, with one thing changed: immutable fields, transitions, ratcheting. */
const compareUpdate: Scenario = function* (draft) {
  const resource = pickStored(draft);
  const { chance } = draft;
  const path = itemPath(resource, fixedNameOf(resource));
  const found = yield { ...draft.request('GET', path), isAside: true };
  const object: unknown = parseAnswer(found);
  if (found.status !== 200 || !isMap(object)) return;
  if (chance.is(0.7)) draft.setFields(object, resource.schema);
  if (chance.is(0.3)) draft.disturb(object);
  if (isMap(object['metadata']) && chance.is(0.5)) delete object['metadata']['resourceVersion'];
  const status = resource.subresources.find(one => one.template.endsWith('/status'));
  const target = status !== undefined && chance.is(0.25) ? `${path}/status` : path;
  yield draft.request('PUT', target, dryRun, encodeJson(object));
};

const comparePatch: Scenario = function* (draft) {
  const resource = pickStored(draft);
  const path = itemPath(resource, fixedNameOf(resource));
  const found = yield { ...draft.request('GET', path), isAside: true };
  const object: unknown = parseAnswer(found);
  if (found.status !== 200 || !isMap(object)) return;
  const { body, query } = drawPatch(draft, resource, object);
  yield draft.request('PATCH', path, { ...query, ...dryRun }, body);
};

/** Kinds whose names follow from what they hold have the name that their seed has. */
export function fixedNameOf({ kind }: Pick<ModelResource, 'kind'>): {
  readonly name: string;
  readonly namespace: string;
} {
  const names: Readonly<Record<string, string>> = {
    CustomResourceDefinition: 'widgets.fuzz.example',
    APIService: 'v1.nowhere.fuzz.example',
    IPAddress: '192.168.1.1',
    CSIDriver: 'x.fuzz.example',
  };
  return { ...fixedPlace, name: names[kind] ?? fixedPlace.name };
}

export const comparedScenarios: readonly (readonly [weight: number, scenario: Scenario])[] = [
  [40, compareCreate],
  [25, compareUpdate],
  [20, comparePatch],
  [8, compareHistory],
  [4, listObjects],
  [2, mismatchMethod],
  [2, askBadPath],
  [2, sendOddHeaders],
  [3, sendOddBody],
  [2, liveCustomKind],
];
