import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type ApiAnswer, type ApiRequestOptions, requestApi } from '../end-to-end/api-request.ts';
import { startApiServer } from './start-api-server.ts';

const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const widgets = '/apis/example.com/v1/namespaces/default/widgets';
const merge = { contentType: 'application/merge-patch+json' };
const apply = { contentType: 'application/apply-patch+yaml' };

const openAPIV3Schema = {
  type: 'object',
  properties: {
    spec: {
      type: 'object',
      default: {},
      properties: {
        replicas: { type: 'integer' },
        color: { type: 'string', default: 'red' },
        for: { type: 'string', format: 'duration' },
      },
    },
    status: { type: 'object', properties: { replicas: { type: 'integer' }, ready: { type: 'integer' } } },
  },
  'x-kubernetes-validations': [{ rule: "self.metadata.name != 'never'", message: 'not this name' }],
};

const selectableFields = [{ jsonPath: '.spec.color' }];

const definition = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'widgets.example.com' },
  spec: {
    group: 'example.com',
    scope: 'Namespaced',
    names: { plural: 'widgets', kind: 'Widget' },
    versions: [
      {
        name: 'v1alpha1',
        served: true,
        storage: false,
        deprecated: true,
        schema: { openAPIV3Schema },
        selectableFields,
      },
      {
        name: 'v1',
        served: true,
        storage: true,
        schema: { openAPIV3Schema },
        subresources: {
          status: {},
          scale: { specReplicasPath: '.spec.replicas', statusReplicasPath: '.status.replicas' },
        },
        selectableFields,
      },
    ],
  },
};

function widget(name: string, rest: object = {}): object {
  return { apiVersion: 'example.com/v1', kind: 'Widget', metadata: { name }, ...rest };
}

describe('objects of a CRD, asked for as any client does', () => {
  let running: Awaited<ReturnType<typeof startApiServer>>;
  const ask = (
    method: string,
    path: string,
    body?: object | string,
    more: ApiRequestOptions = {},
  ): Promise<ApiAnswer> => requestApi(running.kubeconfig, method, path, body === undefined ? more : { body, ...more });

  before(async () => {
    running = await startApiServer({ hasControllers: false });
    const { status, text } = await ask('POST', definitions, definition);
    assert.equal(status, 201, text);
    while ((await ask('GET', widgets)).status !== 200) await new Promise(resolve => setTimeout(resolve, 10));
  });
  after(() => running[Symbol.asyncDispose]());

  it('have to say what they are', async () => {
    const untyped = await ask('POST', widgets, { metadata: { name: 'a' } });
    const text = '{"metadata":{"name":"a"}}';
    assert.equal(
      untyped.body.message,
      `the object provided is unrecognized (must be of type Widget): Object 'Kind' is missing in '${text}' (${text})`,
    );
    const versionless = await ask('POST', widgets, { kind: 'Widget', metadata: { name: 'a' } });
    assert.equal(
      versionless.body.message,
      'the API version in the data () does not match the expected API version (example.com/v1)',
    );
    const other = await ask('POST', widgets, { ...widget('a'), kind: 'Gadget' });
    assert.deepEqual(
      [other.status, other.body.message],
      [422, 'Gadget.example.com "a" is invalid: kind: Invalid value: "Gadget": must be Widget'],
    );
  });

  it('tell mistakes of the object itself without a path', async () => {
    const { body } = await ask('POST', widgets, widget('never'));
    assert.equal(body.message, 'Widget.example.com "never" is invalid: <nil>: Invalid value: not this name');
  });

  it('have durations in days, and none in anything', async () => {
    const create = async (name: string, text: string): Promise<number> =>
      (await ask('POST', widgets, widget(name, { spec: { for: text } }))).status;
    assert.deepEqual(
      await Promise.all([create('d1', '3 days'), create('d2', '1x'), create('d3', '1h')]),
      [201, 422, 201],
    );
  });

  it('scale only where they have replicas', async () => {
    await ask('POST', widgets, widget('scaled'));
    const before = await ask('GET', `${widgets}/scaled/scale`);
    assert.equal(
      before.body.message,
      'Internal error occurred: the spec replicas field ".spec.replicas" does not exist',
    );
    const negative = await ask('PATCH', `${widgets}/scaled/scale`, { spec: { replicas: -1 } }, merge);
    assert.equal(
      negative.body.message,
      'Widget.example.com "scaled" is invalid: .spec.replicas: Invalid value: -1: should be a non-negative integer',
    );
    const none = await ask('PATCH', `${widgets}/scaled/scale`, { spec: { replicas: 0 } }, merge);
    assert.deepEqual([none.body.spec, none.body.status], [{}, { replicas: 0 }]);
  });

  it('tell what is wrong with a status by its path within', async () => {
    await ask('POST', widgets, widget('stated'));
    const { body } = await ask('PATCH', `${widgets}/stated/status`, { status: { ready: 'x' } }, merge);
    const texts: string[] = body.details.causes.map((cause: { message: string }) => cause.message);
    assert.deepEqual(texts, [
      'Invalid value: "string": ready in body must be of type integer: "string"',
      'Invalid value: null: some validation rules were not checked because the object was invalid; correct the existing errors to complete validation',
    ]);
  });

  it('refuse to apply what the schema does not have with a plain 500', async () => {
    const path = `${widgets}/applied?fieldManager=me`;
    const { status, body } = await ask('PATCH', path, widget('applied', { spec: { nope: 1 } }), apply);
    assert.deepEqual([status, body.code, body.reason], [500, 500, undefined]);
    assert.match(body.message, /\.spec\.nope: field not declared in schema$/);
  });

  it('have defaults that belong to who created them', async () => {
    const { body } = await ask('POST', widgets, widget('owned'));
    assert.deepEqual(body.metadata.managedFields[0].fieldsV1, { 'f:spec': { '.': {}, 'f:color': {} } });
  });

  it('are published with the fields that select them', async () => {
    const { body } = await ask('GET', '/openapi/v3/apis/example.com/v1');
    assert.deepEqual(body.components.schemas['com.example.v1.Widget']['x-kubernetes-selectable-fields'], [
      { fieldPath: 'spec.color' },
    ]);
  });

  it('come with a warning from a deprecated version', async () => {
    const { headers } = await ask('GET', widgets.replace('/v1/', '/v1alpha1/'));
    assert.equal(headers['warning'], '299 - "example.com/v1alpha1 Widget is deprecated; use example.com/v1 Widget"');
  });
});
