import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { schemaOf, schemaOfKind, servedResources } from '../../api/generated/index.ts';
import { type FieldSchema, type ObjectSchema, parseGroupVersion, type Schema } from '../index.ts';
import { decodeBase64, encodeBase64 } from './base64.ts';
import {
  decodeMessage,
  encodeMessage,
  frameWatchEvent,
  openEnvelope,
  sealEnvelope,
  sealList,
  WireError,
} from './index.ts';
import { WireReader } from './wire-reader.ts';
import { WireWriter } from './wire-writer.ts';

/** Writes one field, for tests: a number as a varint, text and bytes with their length. */
function field(number: number, value: number | string | Uint8Array): Buffer {
  if (typeof value === 'number') return Buffer.concat([varint(number * 8), varint(value)]);
  const bytes = Buffer.from(value as string);
  return Buffer.concat([varint(number * 8 + 2), varint(bytes.length), bytes]);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
  return Buffer.from([...bytes, Number(rest)]);
}

function envelope(apiVersion: string, kind: string, message: Buffer): Buffer {
  const type = Buffer.concat([field(1, apiVersion), field(2, kind)]);
  return Buffer.concat([Buffer.from('k8s\0'), field(1, type), field(2, message), field(3, ''), field(4, '')]);
}

test('reads what client-go sends for a pod: nested structs, quantities, times, ports by name and number', () => {
  const resources = field(1, Buffer.concat([field(1, 'cpu'), field(2, field(1, '500m'))]));
  const probe = field(
    1,
    field(
      2,
      Buffer.concat([field(1, '/healthz'), field(2, Buffer.concat([field(1, 1), field(2, 0), field(3, 'web')]))]),
    ),
  );
  const container = Buffer.concat([
    field(1, 'c'),
    field(2, 'image'),
    field(8, resources),
    field(10, probe),
    field(14, ''),
    field(16, 0),
  ]);
  const volume = Buffer.concat([field(1, 'v'), field(2, field(2, field(1, '')))]);
  const spec = Buffer.concat([field(1, volume), field(2, container), field(4, 0), field(11, 0)]);
  const metadata = Buffer.concat([
    field(1, 'ä'),
    field(3, ''),
    field(8, Buffer.alloc(0)),
    field(11, Buffer.concat([field(1, 'a'), field(2, '')])),
  ]);
  const message = Buffer.concat([field(1, metadata), field(2, spec)]);
  const { apiVersion, kind, message: body } = openEnvelope(envelope('v1', 'Pod', message));
  assert.deepEqual([apiVersion, kind], ['v1', 'Pod']);
  assert.deepEqual(decodeMessage(body, schemaOfKind('', 'v1', 'Pod')), {
    metadata: { name: 'ä', labels: { a: '' } },
    spec: {
      volumes: [{ name: 'v', emptyDir: {} }],
      containers: [
        {
          name: 'c',
          image: 'image',
          resources: { limits: { cpu: '500m' } },
          livenessProbe: { httpGet: { path: '/healthz', port: 'web' } },
        },
      ],
      // A pointer: zero is not absence.
      terminationGracePeriodSeconds: 0,
    },
  });
});

test('reads bytes, negative numbers, and lists in maps', () => {
  const secret = decodeMessage(
    field(2, Buffer.concat([field(1, 'k'), field(2, Buffer.from([0, 255]))])),
    schemaOfKind('', 'v1', 'Secret'),
  );
  assert.deepEqual(secret, { data: { k: 'AP8=' } });
  const extra = field(5, Buffer.concat([field(1, 'scopes'), field(2, Buffer.concat([field(1, 'a'), field(1, 'b')]))]));
  const review = decodeMessage(field(2, extra), schemaOfKind('authorization.k8s.io', 'v1', 'SubjectAccessReview'));
  assert.deepEqual(review, { spec: { extra: { scopes: ['a', 'b'] } } });
  const priority = decodeMessage(field(2, -5), schemaOfKind('scheduling.k8s.io', 'v1', 'PriorityClass'));
  assert.deepEqual(priority, { value: -5 });
});

test('refuses what is no message, and never anything but a WireError', () => {
  assert.throws(() => openEnvelope(Buffer.from('{}')), /does not appear to be a protobuf message/);
  const schema = schemaOfKind('', 'v1', 'Pod');
  fc.assert(
    fc.property(fc.uint8Array(), bytes => {
      try {
        decodeMessage(bytes, schema);
      } catch (error) {
        assert.ok(error instanceof WireError, String(error));
      }
    }),
  );
});

test('reads and writes text and base64 as the platform does', () => {
  const text = fc.string({ unit: 'binary' }).map(raw => raw.toWellFormed());
  fc.assert(
    fc.property(fc.oneof(text, fc.string({ unit: 'grapheme' })), value => {
      const writer = new WireWriter();
      writer.writeText(value);
      assert.deepEqual(Buffer.from(writer.take()), Buffer.from(value));
      const reader = new WireReader(field(1, value));
      assert.equal(reader.nextField(), 1);
      assert.equal(reader.readText(), value);
    }),
  );
  fc.assert(
    fc.property(fc.uint8Array(), bytes => {
      assert.equal(encodeBase64(bytes), Buffer.from(bytes).toString('base64'));
      assert.deepEqual([...decodeBase64(encodeBase64(bytes))], [...bytes]);
    }),
  );
});

test('reads back the numbers that it writes', () => {
  const integer = fc.oneof(fc.maxSafeInteger(), fc.integer({ min: -300, max: 70_000 }));
  fc.assert(
    fc.property(integer, value => {
      const writer = new WireWriter();
      writer.writeVarint(value);
      writer.writeByte(8);
      const reader = new WireReader(writer.take());
      assert.equal(reader.nextField(), 1);
      assert.equal(reader.readInteger(), value);
    }),
  );
});

/**
 * Every kind, empty and with every field set, as Go's own types write it (k8s.io/api v0.36.0 and its siblings): on each
 * line the envelope in base64, a tab, and the same object in JSON.
 */
const goSamples = gunzipSync(readFileSync(join(import.meta.dirname, 'go-samples.tsv.gz')))
  .toString()
  .trim()
  .split('\n');

test('writes every kind byte for byte as Go does, and reads it', () => {
  for (const line of goSamples) {
    const [base64 = '', json = ''] = line.split('\t');
    const bytes = Buffer.from(base64, 'base64');
    const object = JSON.parse(json);
    const { apiVersion, kind, message } = openEnvelope(bytes);
    const schema = findSchema(apiVersion, kind);
    const write = (value: object): Buffer =>
      Buffer.from(sealEnvelope({ apiVersion, kind, message: encodeMessage(value, schema) }));
    const title = `${apiVersion} ${kind}`;
    assert.ok(write(object).equals(bytes), title);
    assert.ok(write(decodeMessage(message, schema)).equals(bytes), title);
  }
  assert.equal(goSamples.length, 206);
});

test('reads the objects that it writes, of every kind', () => {
  const kinds = [
    ...new Set(servedResources.map(({ type: { group, version, kind } }) => schemaOfKind(group, version, kind))),
  ];
  for (const schema of kinds) {
    fc.assert(
      fc.property(anyObject(schema), object => {
        assert.deepEqual(decodeMessage(encodeMessage(object, schema), schema), object);
      }),
      { numRuns: 10 },
    );
  }
});

test('leaves out fields that the schema does not know', () => {
  const schema = schemaOfKind('', 'v1', 'ConfigMap');
  const known = encodeMessage({ metadata: { name: 'c' }, data: { a: 'b' } }, schema);
  const unknown = [field(900, 'text'), field(901, -1), Buffer.from([0xb5, 0x38, 1, 2, 3, 4])];
  assert.deepEqual(decodeMessage(Buffer.concat([...unknown, known, ...unknown]), schema), {
    metadata: { name: 'c' },
    data: { a: 'b' },
  });
});

test('frames lists and the events of a watch', () => {
  const schema = schemaOf('io.k8s.api.core.v1.ConfigMapList');
  const list = {
    metadata: { resourceVersion: '7' },
    items: [{ metadata: { name: 'a' } }, { metadata: { name: 'b' } }],
  };
  const items = list.items.map(item => encodeMessage(item, schemaOfKind('', 'v1', 'ConfigMap')));
  const metadata = encodeMessage(list.metadata, schemaOf('io.k8s.apimachinery.pkg.apis.meta.v1.ListMeta'));
  const identity = { apiVersion: 'v1', kind: 'ConfigMapList' };
  const whole = sealEnvelope({ ...identity, message: encodeMessage(list, schema) });
  assert.deepEqual(Buffer.concat([...sealList(identity, metadata, items)]), Buffer.from(whole));

  const frame = Buffer.from(frameWatchEvent('ADDED', whole));
  assert.equal(frame.readUInt32BE(0), frame.length - 4);
  const event = Buffer.concat([field(1, 'ADDED'), field(2, field(1, whole))]);
  assert.deepEqual(frame.subarray(4), event);
});

function findSchema(apiVersion: string, kind: string): ObjectSchema {
  const { group, version } = parseGroupVersion(apiVersion);
  return schemaOfKind(group, version, kind);
}

/** Objects that say everything which Go's zero values would say for them, so that they come back as they were. */
function anyObject(schema: ObjectSchema, depth = 0): fc.Arbitrary<Record<string, unknown>> {
  const members = [...schema.fields.values()]
    .filter(({ protobufNumber }) => protobufNumber > 0)
    .map(member => fc.tuple(fc.constant(member.name), anyMember(member, schema, depth)));
  return fc.tuple(...members).map(entries => Object.fromEntries(entries.filter(([, value]) => value !== undefined)));
}

function anyMember(member: FieldSchema, owner: ObjectSchema, depth: number): fc.Arbitrary<unknown> {
  const { schema, presence } = member;
  const isStruct = schema.type === 'object' && presence !== 'pointer';
  const value = depth > 5 && !isStruct && isDeep(schema) ? undefined : anyValue(schema, owner, depth + 1);
  if (value === undefined) return fc.constant(undefined);
  const isScalar = !isDeep(schema);
  if (isStruct || (isScalar && presence === 'always')) return value;
  const isTold = (told: unknown): boolean =>
    !(presence === 'omit-empty' && (told === '' || told === 0 || told === false));
  return fc.option(value.filter(isTold), { nil: undefined, freq: depth > 2 ? 1 : 3 });
}

function isDeep({ type }: Schema): boolean {
  return type === 'object' || type === 'list' || type === 'map' || type === 'any';
}

function anyValue(schema: Schema, owner: ObjectSchema, depth: number): fc.Arbitrary<unknown> {
  switch (schema.type) {
    case 'object':
      return anyObject(schema, depth);
    case 'list':
      return fc.array(anyValue(schema.items, owner, depth), { minLength: 1, maxLength: 2 });
    case 'map':
      return fc.dictionary(fc.string(), anyValue(schema.values, owner, depth), {
        minKeys: 1,
        maxKeys: 2,
        noNullPrototype: true,
      });
    case 'boolean':
      return fc.boolean();
    case 'integer':
      return schema.format === 'int32' ? fc.integer() : fc.maxSafeInteger();
    case 'number':
      return fc.double({ noNaN: true, noDefaultInfinity: true });
    case 'int-or-string':
      return fc.oneof(fc.integer(), fc.string());
    case 'any':
      return anyEmbedded(schema.name ?? '', owner, depth);
    default:
      return anyText(schema.format);
  }
}

function anyText(format: string | undefined): fc.Arbitrary<string> {
  const time = fc.date({ min: new Date(0), max: new Date(4e12), noInvalidDate: true }).map(date => date.toISOString());
  if (format === 'time') return time.map(text => `${text.slice(0, 19)}Z`);
  if (format === 'micro-time') return time.map(text => `${text.slice(0, 23)}007Z`);
  if (format === 'quantity') return fc.nat().map(count => `${count}m`);
  if (format === 'byte') return fc.uint8Array({ minLength: 1 }).map(bytes => Buffer.from(bytes).toString('base64'));
  return fc.string({ minLength: 1 });
}

function anyEmbedded(name: string, owner: ObjectSchema, depth: number): fc.Arbitrary<unknown> {
  const json = fc.oneof<fc.Arbitrary<unknown>[]>(
    fc.integer(),
    fc.dictionary(fc.string(), fc.string(), { noNullPrototype: true }),
  );
  if (!name.includes('JSONSchemaPropsOr')) return json;
  const schema = anyObject(owner, depth + 3);
  if (name.endsWith('Bool')) return fc.oneof<fc.Arbitrary<unknown>[]>(fc.boolean(), schema);
  return fc.oneof<fc.Arbitrary<unknown>[]>(
    schema,
    fc.array<unknown>(name.endsWith('StringArray') ? fc.string() : schema, { minLength: 1, maxLength: 2 }),
  );
}
