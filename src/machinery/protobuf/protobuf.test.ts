import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { schemaOfKind } from '../../api/generated/index.ts';
import { isDeepEqual, parseGroupVersion } from '../index.ts';
import { decodeMessage, openEnvelope, WireError } from './index.ts';
import { decodeText, encodeBase64 } from './scalar-values.ts';

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

test('reads text and writes base64 as the platform does', () => {
  fc.assert(fc.property(fc.string({ unit: 'grapheme' }), text => assert.equal(decodeText(Buffer.from(text)), text)));
  fc.assert(
    fc.property(fc.uint8Array(), bytes => assert.equal(encodeBase64(bytes), Buffer.from(bytes).toString('base64'))),
  );
});

/** A folder of the Go module k8s.io/api, for whoever has it: every kind in protobuf and in JSON. */
const samples = join(process.env['KUBERNETES_API_MODULE'] ?? '', 'testdata/HEAD');

test('agrees with every sample of upstream', { skip: !existsSync(samples) }, () => {
  let count = 0;
  for (const file of readdirSync(samples).filter(name => name.endsWith('.pb'))) {
    const { apiVersion, kind, message } = openEnvelope(readFileSync(join(samples, file)));
    const schema = findSchema(apiVersion, kind);
    if (schema === undefined) continue;
    const wanted = JSON.parse(readFileSync(join(samples, file.replace(/pb$/, 'json')), 'utf8'));
    assert.ok(isDeepEqual({ apiVersion, kind, ...decodeMessage(message, schema) }, wanted), file);
    count++;
  }
  assert.ok(count > 70);
});

function findSchema(apiVersion: string, kind: string): ReturnType<typeof schemaOfKind> | undefined {
  const { group, version } = parseGroupVersion(apiVersion);
  try {
    return schemaOfKind(group, version, kind);
  } catch {
    // An alpha or beta that is not served.
    return undefined;
  }
}
