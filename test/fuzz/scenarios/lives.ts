import type { Draft, Scenario } from '../draft.ts';
import { namespaces } from '../draft.ts';
import { encodeJson } from '../encode-body.ts';
import { type FuzzAnswer, type FuzzRequest, parseAnswer } from '../fuzz-request.ts';
import { isMap, type JsonMap } from '../json-value.ts';
import { drawCustomObject, drawCustomSchema } from './custom-schema.ts';

/** Namespaces come and go, most of them with a quota that keeps the others' appetite small. */
export const renewNamespace: Scenario = function* (draft) {
  const { chance } = draft;
  const name = chance.pick(namespaces);
  const path = `/api/v1/namespaces/${name}`;
  if (chance.is(0.25)) {
    yield draft.request('DELETE', path, chance.is(0.2) ? { propagationPolicy: 'Foreground' } : {});
    return;
  }
  const labels: JsonMap = chance.is(0.2)
    ? { 'pod-security.kubernetes.io/enforce': chance.pick(['baseline', 'restricted', 'x']) }
    : {};
  yield draft.request(
    'POST',
    '/api/v1/namespaces',
    {},
    encodeJson({ apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } }),
  );
  const quota = { apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name: 'pods' }, spec: { hard: { pods: '40' } } };
  yield draft.request('POST', `${path}/resourcequotas`, {}, encodeJson(quota));
  const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default' } };
  yield draft.request('POST', `${path}/serviceaccounts`, {}, encodeJson(account));
};

const crdPath = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';

/** A CRD of a random schema, objects of it, and its end. */
export const liveCustomKind: Scenario = function* (draft) {
  const { chance } = draft;
  const plural = `${chance.pick(['gadgets', 'widgets', 'gizmos'])}${draft.index}`;
  const group = 'fuzz.example';
  const schema = drawCustomSchema(chance, 0);
  const crd = customDefinition(plural, group, schema, chance.is(0.5));
  if (chance.is(0.3)) draft.disturb(crd['spec'] as JsonMap);
  const made = yield draft.request('POST', crdPath, {}, encodeJson(crd));
  if (made.status === 201) {
    for (let tries = 0; tries < 20; tries++) {
      const now = yield draft.request('GET', `${crdPath}/${plural}.${group}`);
      const conditions: readonly { type: string; status: string }[] = parseAnswer(now)?.status?.conditions ?? [];
      if (conditions.some(one => one.type === 'Established' && one.status === 'True') || now.status === 404) break;
    }
    yield* useCustomKind(
      draft,
      `/apis/${group}/v1`,
      plural,
      String((crd['spec'] as { names?: JsonMap }).names?.['kind']),
      schema,
    );
  }
  yield draft.request('DELETE', `${crdPath}/${plural}.${group}`);
};

function customDefinition(plural: string, group: string, schema: JsonMap, hasStatus: boolean): JsonMap {
  const kind = `${plural[0]!.toUpperCase()}${plural.slice(1)}`;
  const openAPIV3Schema: JsonMap = {
    type: 'object',
    properties: { spec: schema, status: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
  };
  const version: JsonMap = {
    name: 'v1',
    served: true,
    storage: true,
    schema: { openAPIV3Schema },
    subresources: hasStatus ? { status: {} } : {},
  };
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      scope: 'Namespaced',
      names: { plural, singular: plural.slice(0, -1), kind, listKind: `${kind}List` },
      versions: [version],
    },
  };
}

function* useCustomKind(
  draft: Draft,
  base: string,
  plural: string,
  kind: string,
  schema: JsonMap,
): Generator<FuzzRequest, void, FuzzAnswer> {
  const { chance } = draft;
  const collection = `${base}/namespaces/${chance.pick(namespaces)}/${plural}`;
  for (let left = 3; left > 0; left--) {
    const name = chance.pick(['a', 'b', 'c']);
    const object: JsonMap = {
      apiVersion: 'fuzz.example/v1',
      kind,
      metadata: { name, labels: { fuzz: 'one' } },
      spec: drawCustomObject(chance, schema),
    };
    if (chance.is(0.3)) draft.disturb(object);
    const query: Record<string, string> = chance.is(0.3) ? { fieldValidation: chance.pick(['Strict', 'Ignore']) } : {};
    const made = yield draft.request('POST', collection, query, encodeJson(object));
    if (made.status !== 201) continue;
    const path = `${collection}/${name}`;
    const patch = encodeJson({ spec: drawCustomObject(chance, schema) });
    yield draft.request('PATCH', path, {}, { ...patch, type: 'application/merge-patch+json' });
    const applied = encodeJson({ ...object, spec: drawCustomObject(chance, schema) });
    yield draft.request(
      'PATCH',
      path,
      { fieldManager: 'fuzz', force: 'true' },
      { ...applied, type: 'application/apply-patch+yaml' },
    );
    const read = yield draft.request('GET', path);
    const stored: unknown = parseAnswer(read);
    if (read.status !== 200 || !isMap(stored)) continue;
    const again = yield draft.request('PUT', path, {}, encodeJson(stored));
    const isExpected = [200, 404, 409].includes(again.status) || again.status === 405;
    draft.expect(isExpected, () => `PUT ${path} of what GET gave: ${again.status} ${parseAnswer(again)?.message}`);
  }
  yield draft.request('GET', collection, {}, undefined, {
    accept: 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json',
  });
}

const hookPath = '/apis/admissionregistration.k8s.io/v1';
const hookKinds = [
  ['validatingwebhookconfigurations', 'ValidatingWebhookConfiguration'],
  ['mutatingwebhookconfigurations', 'MutatingWebhookConfiguration'],
  ['validatingadmissionpolicies', 'ValidatingAdmissionPolicy'],
  ['mutatingadmissionpolicies', 'MutatingAdmissionPolicy'],
] as const;
const expressions = [
  'true',
  'false',
  '1',
  'object.data.size() > 0',
  'object.metadata.name == "a"',
  'object.no.such',
  'has(object.data) && "a" in object.data',
  'oldObject == null',
  'request.operation == "CREATE"',
  'object.spec.replicas > 1',
  'variables.nothing',
  'params.data.a == "b"',
  'namespaceObject.metadata.name != "x"',
  'authorizer.group("").resource("pods").check("get").allowed()',
  '[1,2,3].all(x, x > 0)',
  '"a".matches("(a+)+$")',
  '1 / 0 == 0',
  'dyn(object).a',
  '"x".repeat(5)',
  '(',
  '',
  'object.data["a"]',
  'quantity("1Gi").isGreaterThan(quantity("1Mi"))',
  'url("http://a")',
  'ip("10.0.0.1").family() == 4',
  'duration("1h") > duration("1m")',
  'timestamp("2026-01-01T00:00:00Z").getFullYear() == 2026',
  'type(object) == map',
];

/** A webhook or a policy that bears only on what carries its label, requests that it bears on, and its end. */
export const liveAdmissionRule: Scenario = function* (draft) {
  const { chance } = draft;
  const [plural, kind] = chance.pick(hookKinds);
  const resource = draft.ground.model.resources.find(one => one.kind === kind)!;
  const name = `fuzz-${draft.index}`;
  const object = draft.seedOf(resource);
  object['metadata'] = { name };
  const spec = object['spec'];
  if (isMap(spec)) {
    spec['failurePolicy'] = chance.pick(['Fail', 'Ignore']);
    if (kind === 'ValidatingAdmissionPolicy')
      spec['validations'] = [{ expression: chance.pick(expressions), message: 'no' }];
    if (chance.is(0.5)) spec['matchConditions'] = [{ name: 'c', expression: chance.pick(expressions) }];
    if (chance.is(0.5)) spec['variables'] = [{ name: 'nothing', expression: chance.pick(expressions) }];
  }
  const made = yield draft.request('POST', `${hookPath}/${plural}`, {}, encodeJson(object));
  if (isMap(spec) && made.status === 201) {
    const bindingKind = `${kind}Binding`;
    const body: JsonMap = {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: bindingKind,
      metadata: { name },
      spec: { policyName: name },
    };
    if (kind.startsWith('Validating'))
      (body['spec'] as JsonMap)['validationActions'] = chance.pick([['Deny'], ['Warn'], ['Audit'], ['Deny', 'Audit']]);
    yield draft.request('POST', `${hookPath}/${plural.replace('policies', 'policybindings')}`, {}, encodeJson(body));
  }
  for (let left = 3; left > 0; left--) {
    const map = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: `hook-${chance.below(3)}`, labels: { 'fuzz-hook': 'one' } },
      data: { a: 'b' },
    };
    yield draft.request(
      'POST',
      `/api/v1/namespaces/${chance.pick(namespaces)}/configmaps`,
      chance.is(0.4) ? { dryRun: 'All' } : {},
      encodeJson(map),
    );
  }
  if (isMap(spec)) yield draft.request('DELETE', `${hookPath}/${plural.replace('policies', 'policybindings')}/${name}`);
  yield draft.request('DELETE', `${hookPath}/${plural}/${name}`);
};

/** An API that is served elsewhere, where nobody is. */
export const liveApiService: Scenario = function* (draft) {
  const resource = draft.ground.model.resources.find(one => one.kind === 'APIService')!;
  const path = '/apis/apiregistration.k8s.io/v1/apiservices';
  const object = draft.seedOf(resource);
  yield draft.request('POST', path, {}, encodeJson(object));
  yield draft.request('GET', '/apis/nowhere.fuzz.example/v1');
  yield draft.request('GET', '/apis/nowhere.fuzz.example/v1/namespaces/default/things');
  yield draft.request('DELETE', `${path}/v1.nowhere.fuzz.example`);
};
