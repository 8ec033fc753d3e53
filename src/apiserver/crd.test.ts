import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { namesOf, refusalOf, TestServer } from '../../test/fixtures/test-server.ts';
import { apiServices, type CustomResourceDefinition, customResourceDefinitions } from '../api/generated/index.ts';
import type { WatchEvent } from '../client/index.ts';
import { type KubeObject, type ResourceType, StatusError } from '../machinery/index.ts';

type Version = CustomResourceDefinition['spec']['versions'][number];

interface Widget extends KubeObject {
  readonly spec?: { readonly size?: number; readonly color?: string } | undefined;
  readonly status?: { readonly size?: number } | undefined;
}

const widgets: ResourceType<Widget> = {
  group: 'example.com',
  version: 'v1',
  resource: 'widgets',
  singular: 'widget',
  kind: 'Widget',
  namespaced: true,
  shortNames: [],
  categories: [],
};

const schema = {
  type: 'object',
  properties: {
    spec: {
      type: 'object',
      properties: { size: { type: 'integer', minimum: 1, default: 3 }, color: { type: 'string' } },
      required: ['color'],
    },
    status: { type: 'object', properties: { size: { type: 'integer' } } },
  },
};

function versionOf(more: Partial<Version> = {}): Version {
  return { name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: schema }, ...more };
}

function crdOf(
  versions: readonly Version[] = [versionOf()],
  names: Partial<CustomResourceDefinition['spec']['names']> = {},
): CustomResourceDefinition {
  const plural = names.plural ?? 'widgets';
  return {
    metadata: { name: `${plural}.example.com` },
    spec: { group: 'example.com', scope: 'Namespaced', names: { plural, kind: 'Widget', ...names }, versions },
  };
}

const ref = { name: 'widgets.example.com' };
const at = (name: string) => ({ name, namespace: 'default' });

async function serve(crd: CustomResourceDefinition = crdOf()): Promise<TestServer> {
  const api = await TestServer.start();
  await api.client.create(customResourceDefinitions, crd);
  await api.settle();
  return api;
}

describe('a CustomResourceDefinition', () => {
  it('is established, and its kind served', async () => {
    using api = await serve();
    const { status } = await api.client.get(customResourceDefinitions, ref);
    assert.deepEqual(
      status?.conditions?.map(condition => [condition.type, condition.status, condition.reason]),
      [
        ['NamesAccepted', 'True', 'NoConflicts'],
        ['Established', 'True', 'InitialNamesAccepted'],
      ],
    );
    assert.deepEqual(status?.storedVersions, ['v1']);
    assert.deepEqual({ ...status?.acceptedNames }.listKind, 'WidgetList');
    assert.ok(namesOf(await api.client.list(apiServices)).includes('v1.example.com'));
    assert.ok(api.server.resources.lookup('example.com', 'v1', 'widgets') !== undefined);
  });

  it('is refused when it cannot be', async () => {
    using api = await TestServer.start();
    const texts = async (crd: CustomResourceDefinition): Promise<readonly string[]> =>
      (await refusalOf(api.client.create(customResourceDefinitions, crd))).details!.causes!.map(
        cause => `${cause.field}: ${cause.message}`,
      );
    assert.deepEqual(await texts({ ...crdOf(), metadata: { name: 'x.example.com' } }), [
      'metadata.name: Invalid value: "x.example.com": must be spec.names.plural+"."+spec.group',
    ]);
    const { schema: _, ...bare } = versionOf();
    assert.deepEqual(await texts(crdOf([bare])), ['spec.versions[0].schema.openAPIV3Schema: Required value']);
    const [none] = await texts(crdOf([versionOf({ storage: false })]));
    assert.match(none!, /must have exactly one version marked as storage version$/);
    const [shapeless] = await texts(
      crdOf([versionOf({ schema: { openAPIV3Schema: { type: 'object', properties: { spec: {} } } as never } })]),
    );
    assert.match(shapeless!, /^spec\.validation\.openAPIV3Schema\.properties\[spec\]\.type: Required value/);
  });

  it('does not get names that another has', async () => {
    using api = await serve();
    await api.client.create(customResourceDefinitions, crdOf([versionOf()], { plural: 'gadgets', singular: 'widget' }));
    await api.settle();
    const second = await api.client.get(customResourceDefinitions, { name: 'gadgets.example.com' });
    assert.deepEqual(
      second.status?.conditions?.map(condition => [condition.type, condition.status, condition.message]),
      [
        ['NamesAccepted', 'False', '"WidgetList" is already in use'],
        ['Established', 'False', 'not all names are accepted'],
      ],
    );
    await api.client.delete(customResourceDefinitions, ref);
    await api.world.advance(10_000);
    const accepted = await api.client.get(customResourceDefinitions, { name: 'gadgets.example.com' });
    assert.equal(accepted.status?.conditions?.find(({ type }) => type === 'Established')?.status, 'True');
  });

  it('goes after its objects', async () => {
    using api = await serve();
    await api.client.create(widgets, {
      metadata: { ...at('a'), finalizers: ['example.com/x'] },
      spec: { color: 'red' },
    });
    await api.client.create(widgets, { metadata: at('b'), spec: { color: 'red' } });
    await api.client.delete(customResourceDefinitions, ref);
    await api.world.advance(1000);
    assert.deepEqual(namesOf(await api.client.list(widgets, { namespace: 'default' })), ['a']);
    const going = await api.client.get(customResourceDefinitions, ref);
    assert.equal(
      going.status?.conditions?.find(({ type }) => type === 'Terminating')?.reason,
      'InstanceDeletionInProgress',
    );
    const created = await refusalOf(api.client.create(widgets, { metadata: at('c'), spec: { color: 'red' } }));
    assert.equal(
      created.message,
      'widgets.example.com "c" is forbidden: create not allowed while custom resource definition is terminating',
    );
    let ended: Error | undefined;
    api.client.watch(widgets, {}, { events: () => {}, end: error => (ended = error ?? new Error('closed')) });
    await api.client.patch(widgets, at('a'), 'merge', { metadata: { finalizers: null } });
    await api.world.advance(10_000);
    assert.equal((await refusalOf(api.client.get(customResourceDefinitions, ref))).code, 404);
    assert.notEqual(ended, undefined);
    assert.ok(!namesOf(await api.client.list(apiServices)).includes('v1.example.com'));
    assert.equal(
      (await refusalOf(api.client.list(widgets))).message,
      'the server could not find the requested resource',
    );
  });

  it('leaves nothing in memory', async () => {
    using api = await serve();
    const { cache } = api.server.context.endpoints.get(widgets);
    await api.client.create(widgets, { metadata: at('a'), spec: { color: 'red' } });
    await api.client.delete(customResourceDefinitions, ref);
    await api.world.advance(10_000);
    await api.client.create(customResourceDefinitions, crdOf());
    await api.settle();
    assert.notEqual(api.server.context.endpoints.get(widgets).cache, cache);
    assert.deepEqual(namesOf(await api.client.list(widgets)), []);
  });

  it('is served again after a restart', async () => {
    using first = await serve();
    await first.client.create(widgets, { metadata: at('a'), spec: { color: 'red' } });
    using second = await TestServer.start({ store: first.store });
    assert.equal((await second.client.get(widgets, at('a'))).spec?.color, 'red');
  });
});

describe('a custom resource', () => {
  it('gets defaults, loses unknown fields, and is held to its schema', async () => {
    using api = await serve();
    const created = await api.client.create(widgets, { metadata: at('a'), spec: { color: 'red', x: 1 } as never });
    assert.deepEqual(created.spec, { color: 'red', size: 3 });
    assert.equal(created.metadata.generation, 1);
    const small = await refusalOf(api.client.create(widgets, { metadata: at('b'), spec: { color: 'red', size: 0 } }));
    assert.equal(
      small.message,
      'Widget.example.com "b" is invalid: spec.size: Invalid value: 0: spec.size in body should be greater than or equal to 1',
    );
    const colorless = await refusalOf(api.client.create(widgets, { metadata: at('b'), spec: {} }));
    assert.equal(colorless.message, 'Widget.example.com "b" is invalid: spec.color: Required value');
  });

  it('keeps its status apart where the definition says so', async () => {
    using api = await serve(crdOf([versionOf({ subresources: { status: {} } })]));
    const created = await api.client.create(widgets, {
      metadata: at('a'),
      spec: { color: 'red' },
      status: { size: 1 },
    });
    assert.equal(created.status, undefined);
    const updated = await api.client.updateStatus(widgets, {
      ...created,
      metadata: { ...created.metadata, labels: { a: 'b' } },
      spec: { color: 'blue' },
      status: { size: 2 },
    });
    assert.deepEqual([updated.spec?.color, updated.status?.size], ['red', 2]);
    assert.equal(updated.metadata.labels, undefined);
    assert.equal(updated.metadata.generation, 1);
  });

  it('scales where the definition says how', async () => {
    const scale = { specReplicasPath: '.spec.size', statusReplicasPath: '.status.size' };
    using api = await serve(crdOf([versionOf({ subresources: { scale } })]));
    await api.client.create(widgets, { metadata: at('a'), spec: { color: 'red' } });
    await api.client.patch(widgets, at('a'), 'merge', { spec: { replicas: 5 } }, undefined, 'scale');
    assert.equal((await api.client.get(widgets, at('a'))).spec?.size, 5);
  });

  it('takes JSON and merge patches and apply, but no strategic ones', async () => {
    using api = await serve();
    await api.client.create(widgets, { metadata: at('a'), spec: { color: 'red' } });
    const merged = await api.client.patch(widgets, at('a'), 'merge', { spec: { size: 4 } });
    assert.equal(merged.spec?.size, 4);
    assert.equal(merged.metadata.generation, 2);
    const applied = { apiVersion: 'example.com/v1', kind: 'Widget', metadata: at('a'), spec: { color: 'blue' } };
    const options = { fieldManager: 'me', force: true };
    assert.equal((await api.client.patch(widgets, at('a'), 'apply', applied, options)).spec?.color, 'blue');
    const error = await refusalOf(api.client.patch(widgets, at('a'), 'strategic', {}));
    assert.equal(error.code, 415);
  });

  it('reads in every served version', async () => {
    const v2 = versionOf({ name: 'v2', storage: false });
    using api = await serve(crdOf([versionOf(), v2]));
    const inV2 = { ...widgets, version: 'v2' };
    const seen: WatchEvent[] = [];
    api.client.watch(inV2, { namespace: 'default' }, { events: batch => seen.push(...batch), end: () => {} });
    await api.client.create(widgets, { metadata: at('a'), spec: { color: 'red' } });
    assert.equal((await api.client.get(inV2, at('a'))).apiVersion, 'example.com/v2');
    assert.equal((await api.client.list(inV2)).items[0]!.apiVersion, 'example.com/v2');
    await api.settle();
    assert.equal(seen[0]!.object.apiVersion, 'example.com/v2');
    const updated = await api.client.patch(inV2, at('a'), 'merge', { spec: { size: 9 } });
    assert.equal(updated.apiVersion, 'example.com/v2');
    assert.equal((await api.client.get(widgets, at('a'))).apiVersion, 'example.com/v1');
  });

  it('shows defaults that came after it, and the version that it is asked for in', async () => {
    using api = await serve();
    await api.client.create(widgets, { metadata: at('a'), spec: { color: 'red' } });
    const weight = { type: 'integer', default: 7 };
    const spec = { ...schema.properties.spec, properties: { ...schema.properties.spec.properties, weight } };
    const openAPIV3Schema = { ...schema, properties: { ...schema.properties, spec } };
    const crd = await api.client.get(customResourceDefinitions, ref);
    const versions = [
      versionOf({ storage: false, schema: { openAPIV3Schema } }),
      versionOf({ name: 'v2', schema: { openAPIV3Schema } }),
    ];
    const updated = await api.client.update(customResourceDefinitions, { ...crd, spec: { ...crd.spec, versions } });
    assert.deepEqual(updated.status?.storedVersions, ['v1', 'v2']);
    const old = await api.client.get({ ...widgets, version: 'v2' }, at('a'));
    assert.equal(old.apiVersion, 'example.com/v2');
    assert.equal((old.spec as { weight?: number }).weight, 7);
    const before = api.store.revision;
    await api.client.update({ ...widgets, version: 'v2' }, old);
    assert.ok(api.store.revision > before);
  });

  it('stores another version while it is being watched by who never lets go', async () => {
    using api = await serve(crdOf([versionOf(), versionOf({ name: 'v2', storage: false })]));
    await api.client.create(widgets, { metadata: at('a'), spec: { color: 'red' } });
    let begun = 0;
    const watch = (): void => {
      begun++;
      api.client.watch(widgets, {}, { events: () => {}, end: error => void (error === undefined && watch()) });
    };
    for (let watcher = 0; watcher < 3; watcher++) watch();
    const crd = await api.client.get(customResourceDefinitions, ref);
    const versions = [versionOf({ storage: false }), versionOf({ name: 'v2' })];
    await api.client.update(customResourceDefinitions, { ...crd, spec: { ...crd.spec, versions } });
    const inV2 = { ...widgets, version: 'v2' };
    const patched = await api.client.patch(inV2, at('a'), 'merge', { spec: { size: 9 } });
    assert.equal(patched.spec?.size, 9);
    assert.equal(begun, 6);
  });

  it('is selected by the fields that the definition names', async () => {
    using api = await serve(crdOf([versionOf({ selectableFields: [{ jsonPath: '.spec.color' }] })]));
    await api.client.create(widgets, { metadata: at('a'), spec: { color: 'red' } });
    await api.client.create(widgets, { metadata: at('b'), spec: { color: 'blue' } });
    assert.deepEqual(namesOf(await api.client.list(widgets, { fieldSelector: 'spec.color=blue' })), ['b']);
    const error = await refusalOf(api.client.list(widgets, { fieldSelector: 'spec.size=1' }));
    assert.ok(StatusError.is(error, 'BadRequest'));
  });

  it('obeys the rules of its schema', async () => {
    const rules = [{ rule: 'self.size < 10', message: 'too large' }];
    const spec = { ...schema.properties.spec, 'x-kubernetes-validations': rules };
    const ruled = { ...schema, properties: { ...schema.properties, spec } };
    const api = await TestServer.start();
    using _ = api;
    await api.client.create(
      customResourceDefinitions,
      crdOf([versionOf({ schema: { openAPIV3Schema: ruled as never } })]),
    );
    await api.settle();
    await api.client.create(widgets, { metadata: at('a'), spec: { color: 'red' } });
    const error = await refusalOf(api.client.create(widgets, { metadata: at('b'), spec: { color: 'red', size: 11 } }));
    assert.match(error.message, /^Widget\.example\.com "b" is invalid: spec: Invalid value: .*too large$/);
  });

  it('shows the columns that the definition names', async () => {
    const additionalPrinterColumns = [
      { name: 'Size', type: 'integer', jsonPath: '.spec.size' },
      { name: 'Ready', type: 'string', jsonPath: '.status.conditions[?(@.type=="Ready")].status' },
    ];
    using api = await serve(crdOf([versionOf({ additionalPrinterColumns })]));
    const columns = api.server.resources.lookup('example.com', 'v1', 'widgets')!.version.columns!;
    const object = {
      metadata: { name: 'a' },
      spec: { size: 4 },
      status: { conditions: [{ type: 'Ready', status: 'True' }] },
    };
    assert.deepEqual(
      columns.map(column => [column.name, column.value(object, 0)]),
      [
        ['Name', 'a'],
        ['Size', 4],
        ['Ready', 'True'],
      ],
    );
  });
});
