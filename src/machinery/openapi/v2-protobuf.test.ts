import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { ProtobufWriter } from './protobuf-writer.ts';
import { encodeOpenApiV2 } from './v2-protobuf.ts';

/** A reader of the wire format, independent of the writer: field number → values, messages as bytes. */
function read(bytes: Uint8Array): Map<number, (Uint8Array | number)[]> {
  const fields = new Map<number, (Uint8Array | number)[]>();
  let offset = 0;
  const varint = (): number => {
    let value = 0;
    let scale = 1;
    for (;;) {
      const byte = bytes[offset++]!;
      value += (byte & 127) * scale;
      if (byte < 128) return value;
      scale *= 128;
    }
  };
  while (offset < bytes.length) {
    const tag = varint();
    const wire = tag & 7;
    let value: Uint8Array | number;
    if (wire === 0) value = varint();
    else {
      const size = wire === 1 ? 8 : varint();
      value = bytes.subarray(offset, offset + size);
      assert.equal(value.length, size);
      offset += size;
    }
    const field = Math.floor(tag / 8);
    fields.set(field, [...(fields.get(field) ?? []), value]);
  }
  return fields;
}

const text = (value: Uint8Array | number | undefined): string => new TextDecoder().decode(value as Uint8Array);
const inside = (fields: ReturnType<typeof read>, field: number): ReturnType<typeof read> =>
  read(fields.get(field)![0] as Uint8Array);

describe('ProtobufWriter', () => {
  it('writes texts and nested messages of any length so that they can be read back', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'grapheme', maxLength: 400 })), fc.nat(), (texts, number) => {
        const bytes = new ProtobufWriter()
          .message(3, outer => outer.message(16, inner => inner.strings(1, texts).integer(2, number)))
          .finish();
        const inner = inside(inside(read(bytes), 3), 16);
        assert.deepEqual((inner.get(1) ?? []).map(text), texts);
        assert.equal(inner.get(2)?.[0] ?? 0, number);
      }),
    );
  });
});

describe('encodeOpenApiV2', () => {
  const document = read(
    encodeOpenApiV2({
      swagger: '2.0',
      info: { title: 'Kubernetes', version: 'v1' },
      paths: {
        '/api/v1/pods': {
          get: {
            operationId: 'listPods',
            parameters: [{ in: 'query', name: 'limit', type: 'integer' }],
            responses: { 200: { description: 'OK', schema: { $ref: '#/definitions/Pod' } } },
            'x-kubernetes-action': 'list',
          },
        },
      },
      definitions: { Pod: { type: 'object', required: ['a'], properties: { a: { type: 'string', enum: ['x'] } } } },
    }),
  );

  it("puts definitions and extensions where gnostic's message has them", () => {
    const definition = inside(inside(document, 9), 1);
    assert.equal(text(definition.get(1)![0]), 'Pod');
    const schema = inside(definition, 2);
    assert.equal(text(inside(schema, 22).get(1)![0]), 'object');
    const property = inside(inside(schema, 25), 1);
    assert.equal(text(property.get(1)![0]), 'a');
    assert.equal(text(inside(inside(property, 2), 20).get(2)![0]), '"x"\n');
  });

  it('puts operations, their parameters and extensions in paths', () => {
    const path = inside(inside(document, 8), 2);
    assert.equal(text(path.get(1)![0]), '/api/v1/pods');
    const operation = inside(inside(path, 2), 2);
    assert.equal(text(operation.get(5)![0]), 'listPods');
    const query = inside(inside(inside(inside(operation, 8), 1), 2), 3);
    assert.equal(text(query.get(4)![0]), 'limit');
    const extension = inside(operation, 13);
    assert.equal(text(extension.get(1)![0]), 'x-kubernetes-action');
    assert.equal(text(inside(extension, 2).get(2)![0]), '"list"\n');
  });
});
