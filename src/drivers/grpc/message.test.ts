import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { it } from 'node:test';
import fc from 'fast-check';
import { bool, bytes, field, integer, message, repeated, string, textMap, unsigned } from './message.ts';

// The reference implementation; it comes with grpc-js.
const protobuf = createRequire(import.meta.url)('protobufjs') as {
  parse(text: string): { root: { lookupType(name: string): ProtobufType } };
};
interface ProtobufType {
  encode(value: object): { finish(): Uint8Array };
  decode(encoded: Uint8Array): object;
  toObject(value: object, options: object): unknown;
  fromObject(value: object): object;
}

const inner = message({ name: field(1, string), rank: field(20, integer) });
const outer = message({
  text: field(1, string),
  flag: field(2, bool),
  small: field(3, integer),
  large: field(4, integer),
  natural: field(5, unsigned),
  data: field(6, bytes),
  part: field(8, inner),
  parts: repeated(9, inner),
  words: repeated(10, string),
  numbers: repeated(11, integer),
  labels: textMap(12),
});
const reference = protobuf
  .parse(`
    syntax = "proto3";
    message Inner { string name = 1; int32 rank = 20; }
    message Outer {
      string text = 1; bool flag = 2; int32 small = 3; int64 large = 4; uint64 natural = 5; bytes data = 6;
      Inner part = 8; repeated Inner parts = 9; repeated string words = 10;
      repeated int64 numbers = 11; map<string, string> labels = 12;
    }`)
  .root.lookupType('Outer');

const safe = fc.maxSafeInteger();
const innerValue = fc.record({ name: fc.string(), rank: fc.integer() });
const outerValue = fc.record(
  {
    text: fc.string({ unit: 'grapheme' }),
    flag: fc.boolean(),
    small: fc.integer(),
    large: safe,
    natural: fc.maxSafeNat(),
    data: fc.uint8Array(),
    part: innerValue,
    parts: fc.array(innerValue),
    words: fc.array(fc.string()),
    numbers: fc.array(safe),
    labels: fc.dictionary(
      fc.string().filter(key => key !== '__proto__'),
      fc.string(),
      { noNullPrototype: true },
    ),
  },
  { requiredKeys: [] },
);

it('is read by protobufjs, and reads what protobufjs wrote', () => {
  fc.assert(
    fc.property(outerValue, value => {
      const ours = outer.decode(reference.encode(reference.fromObject(value)).finish());
      const back = outer.decode(outer.encode(value));
      assert.deepEqual(ours, back);
      const theirs = reference.toObject(reference.decode(outer.encode(value)), { longs: Number, defaults: true });
      assert.deepEqual(
        reference.toObject(reference.decode(outer.encode(back)), { longs: Number, defaults: true }),
        theirs,
      );
      if (value.part !== undefined) assert.deepEqual(back.part, { ...value.part });
      assert.equal(back.large, value.large ?? 0);
      assert.deepEqual(back.labels, value.labels ?? {});
    }),
  );
});

it('skips fields that it does not know', () => {
  const narrow = message({ flag: field(2, bool) });
  // Besides a text and messages, a fixed64 (field 7) and a fixed32 (field 13), which nothing here declares.
  const fixed = Buffer.from([7 * 8 + 1, 1, 2, 3, 4, 5, 6, 7, 8, 13 * 8 + 5, 1, 2, 3, 4]);
  const encoded = outer.encode({ text: 'x', flag: true, parts: [{ name: 'y' }], numbers: [1, 2] });
  assert.deepEqual(narrow.decode(Buffer.concat([fixed, encoded])), { flag: true });
});

it('refuses what ends early', () => {
  const encoded = outer.encode({ text: 'some text' });
  assert.throws(() => outer.decode(encoded.subarray(0, -1)), /unexpected end/);
});
