import { stringify } from 'yaml';
import { schemaOfKind } from '../../src/api/generated/index.ts';
import { parseGroupVersion } from '../../src/machinery/index.ts';
import { encodeMessage, sealEnvelope } from '../../src/machinery/protobuf/index.ts';
import type { Chance } from './chance.ts';
import type { JsonMap } from './json-value.ts';

export interface EncodedBody {
  readonly type: string;
  readonly bytes: Uint8Array;
}

export const protobufType = 'application/vnd.kubernetes.protobuf';

export function encodeJson(value: unknown): EncodedBody {
  return { type: 'application/json', bytes: Buffer.from(JSON.stringify(value)) };
}

/** The object in one of the formats that clients write, JSON mostly, or as JSON where the other cannot hold it. */
export function encodeObject(object: JsonMap, chance: Chance): EncodedBody {
  const format = chance.weigh([
    [80, 'json'],
    [8, 'yaml'],
    [12, 'protobuf'],
  ] as const);
  if (format === 'yaml') return { type: 'application/yaml', bytes: Buffer.from(stringify(object)) };
  return (format === 'protobuf' ? encodeProtobuf(object) : undefined) ?? encodeJson(object);
}

/** Undefined for what has no protobuf: custom kinds, and values of the wrong type. */
export function encodeProtobuf(object: JsonMap): EncodedBody | undefined {
  const { apiVersion, kind } = object;
  if (typeof apiVersion !== 'string' || typeof kind !== 'string') return undefined;
  const { group, version } = parseGroupVersion(apiVersion);
  try {
    const message = encodeMessage(object, schemaOfKind(group, version, kind));
    return { type: protobufType, bytes: sealEnvelope({ apiVersion, kind, message }) };
  } catch {
    // The encoder trusts its callers, which check structures first; here nobody has.
    return undefined;
  }
}

/** Damages a body as text or as bytes. */
export function damageBody(body: EncodedBody, chance: Chance): EncodedBody {
  const { type, bytes } = body;
  const damage = chance.weigh([
    [3, flipBytes],
    [2, truncate],
    [3, replaceToken],
    [2, insertText],
    [1, inflate],
    [1, append],
  ]);
  return { type: chance.is(0.9) ? type : chance.pick(contentTypes), bytes: damage(bytes, chance) };
}

export const contentTypes = [
  'application/json',
  'application/json; charset=utf-8',
  'application/json;charset=latin1',
  'application/yaml',
  protobufType,
  'application/cbor',
  'application/vnd.kubernetes.protobuf;stream=watch',
  'text/plain',
  'text/html',
  '',
  '*/*',
  'application/*',
  'multipart/form-data; boundary=x',
  ';',
  'json',
  'APPLICATION/JSON',
  'application/json-patch+json',
  'application/merge-patch+json',
  'application/strategic-merge-patch+json',
  'application/apply-patch+yaml',
  'application/apply-patch+cbor',
  'application/x-www-form-urlencoded',
  'application/json,application/yaml',
  'a'.repeat(2_000),
];

function flipBytes(bytes: Uint8Array, chance: Chance): Uint8Array {
  const copy = Uint8Array.from(bytes);
  for (let left = 1 + chance.below(4); left > 0 && copy.length > 0; left--) {
    copy[chance.below(copy.length)] = chance.pick([0, 0xff, 0x80, 0x7b, 0x22, chance.below(256)]);
  }
  return copy;
}

function truncate(bytes: Uint8Array, chance: Chance): Uint8Array {
  return bytes.slice(0, chance.below(bytes.length + 1));
}

const tokens = [
  'NaN',
  'Infinity',
  '-0',
  '01',
  '1e400',
  '-1e400',
  '123456789012345678901234567890',
  '9223372036854775808',
  '1.0',
  '1e2',
  '0.1e1',
  '.5',
  '"\\ud800"',
  '"\\u0000"',
  'undefined',
  '// x\n1',
  '{"a":1,"a":2}',
  '"\\x41"',
  "'a'",
  'nul',
  '[1,]',
  '{,}',
];

/** Puts something that JSON.stringify would never write where a scalar was. */
function replaceToken(bytes: Uint8Array, chance: Chance): Uint8Array {
  const text = Buffer.from(bytes).toString('utf8');
  const places = [...text.matchAll(/(?<=[:[,])("(?:[^"\\]|\\.)*"|-?\d+(\.\d+)?|true|false|null)(?=[,\]}])/g)];
  if (places.length === 0) return bytes;
  const { index, 0: found } = chance.pick(places);
  return Buffer.from(text.slice(0, index) + chance.pick(tokens) + text.slice(index + found.length));
}

const insertions = [
  '"spec":{},',
  '"metadata":{"name":"twice"},',
  '"kind":"Twice",',
  '"__proto__":{"a":1},',
  ' ',
  '\n\t',
  '\u0000',
  '\ufeff',
  ',',
  '"',
  '{',
  '[',
  '&a ',
  '*a ',
  '!!binary ',
  '<<: ',
];

function insertText(bytes: Uint8Array, chance: Chance): Uint8Array {
  const text = Buffer.from(bytes).toString('utf8');
  const at = chance.is(0.5) ? 1 : chance.below(text.length + 1);
  return Buffer.from(text.slice(0, at) + chance.pick(insertions) + text.slice(at));
}

/** Nests deeper than any parser's stack, or grows past the limit of a request. */
function inflate(bytes: Uint8Array, chance: Chance): Uint8Array {
  if (chance.is(0.7)) {
    const depth = chance.pick([100, 9_999, 10_001, 100_000]);
    return Buffer.from(
      chance.is(0.5) ? '['.repeat(depth) + ']'.repeat(depth) : `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`,
    );
  }
  return Buffer.concat([bytes, Buffer.alloc(chance.pick([1_500_000, 3_200_000]), 0x20)]);
}

function append(bytes: Uint8Array, chance: Chance): Uint8Array {
  return Buffer.concat([bytes, Buffer.from(chance.pick(['}', '{}', 'x', '\u0000', '\n---\na: b\n', ' \n', '[]']))]);
}
