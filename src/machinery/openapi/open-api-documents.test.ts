import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { JsonSchema } from '../schema/json-schema.ts';
import type { ObjectSchema } from '../schema/schema.ts';
import { SchemaTable } from '../schema/schema-table.ts';
import { OpenApiDocuments } from './open-api-documents.ts';
import type { PublishedResource } from './published-resource.ts';

const table = new SchemaTable({
  'meta-v1': {
    prefix: 'io.k8s.apimachinery.pkg.apis.meta.v1',
    text: [
      'ObjectMeta\tname~=s;1\tlabels~={s;2\tcreationTimestamp~=t;3',
      'ListMeta\tcontinue~=s;1',
      'Status\t:k\tcode~=i;1',
      'DeleteOptions\t:k\tdryRun~=[s;1;Latomic',
      ...['WatchEvent', 'APIVersions', 'APIGroupList', 'APIGroup', 'APIResourceList'].map(
        name => `${name}\t:k\tkind~=s`,
      ),
    ].join('\n'),
  },
  'apps-v1': {
    prefix: 'io.k8s.api.apps.v1',
    text: [
      'Deployment\t:k\tapiVersion~=s\tkind~=s\tmetadata=meta-v1/ObjectMeta;1;z\tspec=DeploymentSpec;2;z',
      'DeploymentList\t:k\tapiVersion~=s\titems!=[Deployment;2\tkind~=s\tmetadata=meta-v1/ListMeta;1;z',
      'DeploymentSpec\treplicas*=i;1\tports~=[Port;2;Lmap:number,protocol;Pmerge:number\tlimits~={q;3',
      'Port\tnumber!=i;1;z\tprotocol~=s;2;D"TCP";ETCP|UDP\ttarget=o;3',
    ].join('\n'),
  },
});

function schemaOfKind(group: string, version: string, kind: string): ObjectSchema {
  const found = table.findInModule(`${group}-${version}`, kind) ?? table.findInModule('meta-v1', kind);
  if (found?.type !== 'object') throw new Error(`no ${kind}`);
  return found;
}

const deployments: PublishedResource = {
  type: { group: 'apps', version: 'v1', resource: 'deployments', kind: 'Deployment', namespaced: true },
  verbs: ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'],
  subresources: [{ name: 'status', kind: 'Deployment', verbs: ['get', 'patch', 'update'] }],
  schema: () => schemaOfKind('apps', 'v1', 'Deployment'),
};

const cronTabSchema: JsonSchema = {
  type: 'object',
  properties: {
    spec: {
      type: 'object',
      required: ['image', 'note'],
      properties: {
        image: { type: 'string', default: 'a' },
        note: { type: 'string', nullable: true },
        free: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
        port: { 'x-kubernetes-int-or-string': true, anyOf: [{ type: 'integer' }, { type: 'string' }] },
      },
    },
  },
};

const cronTabs: PublishedResource = {
  type: { group: 'stable.example.com', version: 'v1', resource: 'crontabs', kind: 'CronTab', namespaced: true },
  verbs: ['get', 'list', 'patch'],
  subresources: [],
  customSchema: cronTabSchema,
};

function publish(...resources: PublishedResource[]): OpenApiDocuments {
  const descriptions = {
    describe: (name: string, field?: string) =>
      name.endsWith('.Deployment') ? { '': 'A deployment.', apiVersion: 'Its version.' }[field ?? ''] : undefined,
  };
  return new OpenApiDocuments({
    resources: () => resources,
    generation: () => 1,
    schemaOfKind,
    descriptions,
    version: 'v1',
  });
}

// biome-ignore lint/suspicious/noExplicitAny: documents are read by path
const parse = (text: string | undefined): any => JSON.parse(text ?? 'null');

describe('OpenApiDocuments', () => {
  it('states merge keys, list types, enums and references in edition 2, and no defaults', () => {
    const { definitions } = parse(publish(deployments).v2());
    assert.deepEqual(definitions['io.k8s.api.apps.v1.DeploymentSpec'].properties.ports, {
      type: 'array',
      items: { $ref: '#/definitions/io.k8s.api.apps.v1.Port' },
      'x-kubernetes-list-map-keys': ['number', 'protocol'],
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-patch-merge-key': 'number',
      'x-kubernetes-patch-strategy': 'merge',
    });
    assert.deepEqual(definitions['io.k8s.api.apps.v1.Port'].properties.protocol, {
      type: 'string',
      enum: ['TCP', 'UDP'],
    });
    assert.deepEqual(definitions['io.k8s.api.apps.v1.Deployment']['x-kubernetes-group-version-kind'], [
      { group: 'apps', version: 'v1', kind: 'Deployment' },
    ]);
    assert.equal(definitions['io.k8s.api.apps.v1.Deployment'].description, 'A deployment.');
  });

  it('states defaults in edition 3, and wraps references that have siblings', () => {
    const { schemas } = parse(publish(deployments).v3('apis/apps/v1')).components;
    assert.equal(schemas['io.k8s.api.apps.v1.Port'].properties.protocol.default, 'TCP');
    assert.deepEqual(schemas['io.k8s.api.apps.v1.Deployment'].properties.spec, {
      allOf: [{ $ref: '#/components/schemas/io.k8s.api.apps.v1.DeploymentSpec' }],
      default: {},
    });
    assert.deepEqual(schemas['io.k8s.apimachinery.pkg.api.resource.Quantity'].oneOf, [
      { type: 'string' },
      { type: 'number' },
    ]);
  });

  it('states what all operations of a path accept at the path, by name', () => {
    const { paths } = parse(publish(deployments).v2());
    const names = (node: { parameters?: { name: string }[] }): string[] =>
      (node.parameters ?? []).map(({ name }) => name);
    const path = paths['/apis/apps/v1/namespaces/{namespace}/deployments/{name}'];
    assert.deepEqual(names(path), ['name', 'namespace', 'pretty']);
    assert.deepEqual(names(path.get), []);
    assert.deepEqual(names(path.put), ['body', 'dryRun', 'fieldManager', 'fieldValidation']);
  });

  it('has a document for each group, with what is known of the group', () => {
    const documents = publish(deployments, cronTabs);
    assert.deepEqual(
      documents.v3Paths().filter(path => path.startsWith('apis/')),
      ['apis/apps', 'apis/apps/v1', 'apis/stable.example.com', 'apis/stable.example.com/v1'],
    );
    assert.deepEqual(Object.keys(parse(documents.v3('apis/apps')).paths), ['/apis/apps/']);
    assert.equal(documents.v3('apis/other'), undefined);
  });

  it('names operations and their kinds as upstream does, from verbs and subresources', () => {
    const { paths } = parse(publish(deployments).v2());
    assert.deepEqual(Object.keys(paths), [
      '/.well-known/openid-configuration/',
      '/api/',
      '/apis/',
      '/apis/apps/',
      '/apis/apps/v1/',
      '/apis/apps/v1/deployments',
      '/apis/apps/v1/namespaces/{namespace}/deployments',
      '/apis/apps/v1/namespaces/{namespace}/deployments/{name}',
      '/apis/apps/v1/namespaces/{namespace}/deployments/{name}/status',
      '/apis/apps/v1/watch/deployments',
      '/apis/apps/v1/watch/namespaces/{namespace}/deployments',
      '/apis/apps/v1/watch/namespaces/{namespace}/deployments/{name}',
      '/openid/v1/jwks/',
      '/version/',
    ]);
    const { patch } = paths['/apis/apps/v1/namespaces/{namespace}/deployments/{name}'];
    assert.equal(patch.operationId, 'patchAppsV1NamespacedDeployment');
    assert.equal(patch['x-kubernetes-action'], 'patch');
    assert.deepEqual(
      patch.parameters.map((parameter: { name: string }) => parameter.name),
      ['body', 'dryRun', 'fieldManager', 'fieldValidation', 'force'],
    );
    assert.equal(paths['/apis/apps/v1/deployments'].get.operationId, 'listAppsV1DeploymentForAllNamespaces');
  });

  it('publishes no properties of a CRD that keeps unknown fields where kubectl would refuse all others', () => {
    const free = {
      ...cronTabs,
      customSchema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
    } as const;
    const name = 'com.example.stable.v1.CronTab';
    const kinds = {
      'x-kubernetes-group-version-kind': [{ group: 'stable.example.com', kind: 'CronTab', version: 'v1' }],
    };
    assert.deepEqual(parse(publish(free).v2()).definitions[name], { type: 'object', ...kinds });
    const { schemas } = parse(publish(free).v3('apis/stable.example.com/v1')).components;
    assert.deepEqual(Object.keys(schemas[name].properties), ['apiVersion', 'kind', 'metadata']);
    const without = publish({ ...cronTabs, customSchema: {} });
    assert.deepEqual(parse(without.v2()).definitions[name], { type: 'object', ...kinds });
  });

  it('publishes a CRD: whole in edition 3, without what kubectl cannot read in edition 2', () => {
    const documents = publish(deployments, cronTabs);
    const v3 = parse(documents.v3('apis/stable.example.com/v1')).components.schemas['com.example.stable.v1.CronTab'];
    assert.deepEqual(v3.properties.spec, cronTabSchema.properties?.['spec']);
    assert.deepEqual(Object.keys(v3.properties), ['apiVersion', 'kind', 'metadata', 'spec']);
    assert.deepEqual(v3.properties.apiVersion, { description: 'Its version.', type: 'string' });
    const v2 = parse(documents.v2()).definitions['com.example.stable.v1.CronTab'];
    assert.deepEqual(v2.properties.spec, {
      type: 'object',
      required: ['image'],
      properties: {
        image: { type: 'string' },
        note: {},
        free: { 'x-kubernetes-preserve-unknown-fields': true },
        port: { 'x-kubernetes-int-or-string': true },
      },
    });
  });

  it('defines everything it refers to', () => {
    const documents = publish(deployments, cronTabs);
    const v2 = documents.v2();
    const { definitions } = parse(v2);
    for (const [, name] of v2.matchAll(/"#\/definitions\/([^"]+)"/g)) assert.ok(definitions[name!], `no ${name}`);
    for (const path of documents.v3Paths()) {
      const text = documents.v3(path)!;
      const { schemas } = parse(text).components;
      for (const [, name] of text.matchAll(/"#\/components\/schemas\/([^"]+)"/g))
        assert.ok(schemas[name!], `no ${name}`);
    }
  });

  it('makes documents again only when the resources have changed', () => {
    let generation = 1;
    let resources = [deployments];
    const documents = new OpenApiDocuments({
      resources: () => resources,
      generation: () => generation,
      schemaOfKind,
      version: 'v1',
    });
    const hash = documents.v3Hash('apis/apps/v1');
    assert.equal(documents.v2(), documents.v2());
    resources = [{ ...deployments, verbs: ['get'] }];
    assert.equal(documents.v3Hash('apis/apps/v1'), hash);
    generation = 2;
    assert.notEqual(documents.v3Hash('apis/apps/v1'), hash);
    assert.equal(documents.v3('apis/none/v1'), undefined);
  });
});
