import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { decodeJson, findDuplicateFields, loadYamlDecoder } from './index.ts';

test('says where JSON is malformed, in the words of Go', () => {
  const problem = (text: string): string | undefined => decodeJson(text).problem;
  assert.equal(
    problem('{"a": 1,}'),
    "invalid character '}' looking for beginning of object key string (line 1, column 9)",
  );
  assert.equal(problem('{\n "a": x}'), "invalid character 'x' looking for beginning of value (line 2, column 7)");
  assert.equal(problem('{"a": 1'), 'unexpected end of JSON input (line 1, column 8)');
  assert.equal(problem('[1 2]'), "invalid character '2' after array element (line 1, column 4)");
  assert.equal(problem('{"a" 1}'), "invalid character '1' after object key (line 1, column 6)");
  assert.equal(problem('{} {}'), "invalid character '{' after top-level value (line 1, column 4)");
  assert.equal(problem('tru'), 'unexpected end of JSON input (line 1, column 4)');
  assert.equal(problem('"\\x"'), "invalid character 'x' in string escape code (line 1, column 3)");
  assert.equal(problem('"a\nb"'), "invalid character '\\n' in string literal (line 1, column 3)");
  assert.deepEqual(decodeJson('{"a":[1,2.5e3,"x",null,true]}'), { value: { a: [1, 2500, 'x', null, true] } });
});

test('finds duplicate fields with their paths', () => {
  const find = (text: string): readonly string[] => findDuplicateFields(text, JSON.parse(text)).paths;
  assert.deepEqual(find('{"spec":{"replicas":1,"replicas":2},"a":"x"}'), ['spec.replicas']);
  assert.deepEqual(find('{"spec":{"ports":[{"name":"a","name" : "b"}]}}'), ['spec.ports[0].name']);
  assert.deepEqual(find('{"a":"\\"x\\":1"}'), []);
  assert.deepEqual(find('{"a" :1,"a":2}'), ['a']);
  assert.deepEqual(find('{"\\u0061":1,"a":2}'), ['a']);
});

test('knows where a decoder comes upon a field, or upon it again', () => {
  const text = '{"a":{"b":1,"x":0,"b":2},"c":[{"d":1}]}';
  const { placeOf } = findDuplicateFields(text, JSON.parse(text));
  const order = ['c[0].d', 'a.b', 'a.x', 'a', 'c'].sort((left, right) => placeOf(left) - placeOf(right));
  assert.deepEqual(order, ['a', 'a.x', 'a.b', 'c', 'c[0].d']);
});

test('the scanner accepts exactly what JSON.parse accepts', () => {
  const text = fc.oneof(fc.json(), fc.string({ unit: fc.constantFrom(...'{}[]",:0-1.e tn\\u') }));
  fc.assert(
    fc.property(text, candidate => {
      const decoded = decodeJson(candidate);
      if (decoded.problem === undefined) findDuplicateFields(`${candidate}  `, undefined);
    }),
    { numRuns: 500 },
  );
});

test('reads YAML as Go does', async () => {
  const decodeYaml = await loadYamlDecoder();
  assert.deepEqual(
    decodeYaml(
      'a: yes\nb: 0644\nc: 12:30\nd: 2020-01-01\ne: 0o17\nf: ~\ng: "no"\nh: 1.5\n1: x\nbase: &b {k: v}\nm: {<<: *b, l: w}\n',
    ),
    {
      value: {
        a: true,
        b: 420,
        c: '12:30',
        d: '2020-01-01',
        e: 15,
        f: null,
        g: 'no',
        h: 1.5,
        1: 'x',
        base: { k: 'v' },
        m: { k: 'v', l: 'w' },
      },
    },
  );
});

test('says where YAML is malformed, and refuses several documents', async () => {
  const decodeYaml = await loadYamlDecoder();
  const broken = decodeYaml('a:\n  b: c\n d: e\n');
  assert.match(broken.problem!, /^error converting YAML to JSON: yaml: line 3: .* \(line 3, column 1\)$/);
  assert.match(decodeYaml('a: 1\n---\nb: 2\n').problem!, /only one YAML document/);
  assert.deepEqual(decodeYaml('spec:\n  replicas: 1\n  replicas: 2\n'), {
    value: { spec: { replicas: 2 } },
    duplicates: ['line 3: key "replicas" already set in map'],
  });
});

test('refuses what nests deeper than anybody could read again, and nothing else', async () => {
  const nest = (depth: number): string => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`;
  assert.equal(decodeJson(nest(500)).problem, undefined);
  assert.equal(decodeJson(nest(501)).problem, 'exceeded max depth (line 1, column 2501)');
  assert.match(decodeJson('['.repeat(100_000)).problem!, /^exceeded max depth/);
  assert.equal(decodeJson(`{"a":"${'[{'.repeat(1_000)}\\"["}`).problem, undefined);
  assert.equal(decodeJson(`[${'[],'.repeat(1_000)}[]]`).problem, undefined);
  const decodeYaml = await loadYamlDecoder();
  assert.match(decodeYaml(nest(501)).problem!, /exceeded max depth/);
  assert.match(decodeYaml('['.repeat(100_000)).problem!, /exceeded max depth|line 1/);
  assert.match(decodeYaml('a: *b').problem!, /b/);
});

test('reads half a surrogate pair as Go does: as what stands for no character', () => {
  assert.deepEqual(decodeJson('{"a":"\\ud800","b":["\\ud83e\\udd86"],"\\udc00":1}').value, {
    a: '\ufffd',
    b: ['🦆'],
    '\ufffd': 1,
  });
});
