import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { formatFieldError } from '../field-error.ts';
import { applyDefaults } from './apply-defaults.ts';
import { checkStructure, pruneUnknown } from './check-structure.ts';
import type { ObjectSchema } from './schema.ts';
import { SchemaTable } from './schema-table.ts';

const table = new SchemaTable({
  'test-v1': {
    prefix: 'test.v1',
    text: [
      'Widget\t:k\tapiVersion~=s\tkind~=s\tmetadata=Meta;1;z\tspec=WidgetSpec;2;z',
      'Meta\tname~=s;1\tcreationTimestamp~=t;2\tlabels~={s;3',
      'WidgetSpec\treplicas*=i;1\tpaused~=b;2\targs~=[s;3\tlimits~={q;4\tports~=[Port;5;Lmap:number;Pmerge:number' +
        '\tdata~={y;6\ttarget=o;7\tat*=m;8\traw=r;9\tnext*=WidgetSpec;10\tsize*=l;11',
      'Port\tnumber!=i;1;z\tprotocol~=s;2;D"TCP";ETCP|UDP',
    ].join('\n'),
  },
});
const widget = table.find('test.v1.Widget') as ObjectSchema;

const check = (spec: unknown): ReturnType<typeof checkStructure<unknown>> =>
  checkStructure(widget, { spec } as unknown);
const texts = (spec: unknown): string[] => check(spec).errors.map(formatFieldError);
const specOf = (result: unknown): unknown => (result as { spec: unknown }).spec;

describe('checkStructure', () => {
  it('returns the same instance when nothing has to change', () => {
    const object = {
      kind: 'Widget',
      metadata: { name: 'a', creationTimestamp: '2024-05-06T07:08:09Z' },
      spec: { replicas: 0 },
    };
    const result = checkStructure(widget, object);
    assert.equal(result.value, object);
    assert.deepEqual(result.errors, []);
  });

  it('names the path and both types of a wrong value deep in an object', () => {
    assert.deepEqual(texts({ ports: [{ number: 1 }, { number: 'http' }] }), [
      'spec.ports[1].number: Invalid value: "string": spec.ports[1].number in body must be of type integer: "string"',
    ]);
  });

  it('collects every error, not only the first', () => {
    assert.equal(texts({ replicas: 1.5, paused: 'yes', args: {}, limits: [], ports: [3] }).length, 5);
  });

  it('refuses integers beyond 32 bits', () => {
    assert.deepEqual(texts({ replicas: 2147483648 }), [
      'spec.replicas: Invalid value: 2147483648: must be between -2147483648 and 2147483647, inclusive',
    ]);
    assert.deepEqual(texts({ size: 2147483648 }), []);
  });

  it('reports unknown fields by path and drops them', () => {
    const result = check({ replicas: 1, foo: 1, ports: [{ number: 1, bar: 2 }], next: { next: { baz: 0 } } });
    assert.deepEqual(result.unknownFields, ['spec.foo', 'spec.ports[0].bar', 'spec.next.next.baz']);
    assert.deepEqual(specOf(result.value), { replicas: 1, ports: [{ number: 1 }], next: { next: {} } });
  });

  it('takes null for absent, and in a list for the zero value', () => {
    const result = check({ replicas: null, args: ['a', null], ports: null });
    assert.deepEqual(specOf(result.value), { args: ['a', ''] });
  });

  it('leaves out empty values that Go would not write, but keeps those behind pointers', () => {
    const result = check({ paused: false, args: [], limits: {}, replicas: 0, ports: [{ number: 0, protocol: '' }] });
    assert.deepEqual(specOf(result.value), { replicas: 0, ports: [{ number: 0 }] });
  });

  it('writes quantities and times in canonical form', () => {
    const result = check({ limits: { cpu: 1, memory: '1024Mi' }, at: '2024-01-01T01:00:00.500000+01:00' });
    assert.deepEqual(specOf(result.value), { limits: { cpu: '1', memory: '1Gi' }, at: '2024-01-01T00:00:00.500000Z' });
    const meta = checkStructure(widget, { metadata: { creationTimestamp: '2024-02-30T00:00:00Z' } } as unknown);
    assert.equal(meta.errors[0]?.field, 'metadata.creationTimestamp');
  });

  it('refuses bad quantities, base64 and int-or-strings with their path', () => {
    assert.deepEqual(
      check({ limits: { cpu: '1x' }, data: { a: 'b!' }, target: true }).errors.map(error => error.field),
      ['spec.limits[cpu]', 'spec.data[a]', 'spec.target'],
    );
  });

  it('keeps a key called __proto__ as data', () => {
    const labels = JSON.parse('{"__proto__": "x", "a": null}') as unknown;
    const result = checkStructure(widget, { metadata: { labels } } as unknown);
    assert.equal(JSON.stringify(result.value), '{"metadata":{"labels":{"__proto__":"x","a":""}}}');
  });
});

describe('applyDefaults', () => {
  it('fills what OpenAPI states and shares the rest', () => {
    const object = { metadata: { name: 'a' }, spec: { ports: [{ number: 1 }, { number: 2, protocol: 'UDP' }] } };
    const result = applyDefaults(widget, object);
    assert.deepEqual(result.spec.ports, [
      { number: 1, protocol: 'TCP' },
      { number: 2, protocol: 'UDP' },
    ]);
    assert.equal(result.metadata, object.metadata);
    assert.equal(result.spec.ports[1], object.spec.ports[1]);
    assert.equal(applyDefaults(widget, result), result);
  });

  it('fills structs that Go keeps by value, and reaches into recursive ones', () => {
    assert.deepEqual(applyDefaults(widget, {}), { metadata: {}, spec: {} });
    assert.deepEqual(applyDefaults(widget, { metadata: {}, spec: { next: { ports: [{}] } } }), {
      metadata: {},
      spec: { next: { ports: [{ number: 0, protocol: 'TCP' }] } },
    });
  });
});

describe('pruneUnknown', () => {
  const schema: ObjectSchema = {
    type: 'object',
    fields: new Map([
      ['a', { name: 'a', schema: { type: 'string' }, isRequired: false, protobufNumber: 0 }],
      [
        'open',
        {
          name: 'open',
          schema: { type: 'object', fields: new Map(), preserveUnknown: true },
          isRequired: false,
          protobufNumber: 0,
        },
      ],
    ]),
  };

  it('drops unknown fields only, and judges nothing', () => {
    assert.deepEqual(pruneUnknown(schema, { a: 5, b: 1, open: { x: 1 } }), { a: 5, open: { x: 1 } });
    const same = { a: 'x', open: { x: null } };
    assert.equal(pruneUnknown(schema, same), same);
    // Kubernetes: a null where none is allowed says nothing.
    assert.deepEqual(pruneUnknown(schema, { a: null, open: { x: 1 } }), { open: { x: 1 } });
  });
});
