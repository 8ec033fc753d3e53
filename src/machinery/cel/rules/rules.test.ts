import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type FieldError, formatFieldError } from '../../field-error.ts';
import { validateCrdSchema } from '../../schema/crd-schema-rules.ts';
import type { JsonSchema, JsonSchemaRule } from '../../schema/json-schema.ts';
import type { ObjectSchema } from '../../schema/schema.ts';
import { SchemaTable } from '../../schema/schema-table.ts';
import { SchemaRuleChecks } from './check-rules.ts';
import { runRules } from './run-rules.ts';

const objectMeta = new SchemaTable({
  'meta-v1': { prefix: 'meta.v1', text: 'ObjectMeta\tname~=s;1\tlabels~={s;2' },
}).find('meta.v1.ObjectMeta') as ObjectSchema;

const properties: Readonly<Record<string, JsonSchema>> = {
  replicas: { type: 'integer' },
  min: { type: 'integer' },
  ratio: { type: 'number' },
  image: { type: 'string', maxLength: 100 },
  note: { type: 'string', nullable: true },
  port: { 'x-kubernetes-int-or-string': true },
  since: { type: 'string', format: 'date-time' },
  every: { type: 'string', format: 'duration' },
  tags: { type: 'array', maxItems: 10, items: { type: 'string', maxLength: 20 } },
  numbers: { type: 'array', maxItems: 10, items: { type: 'integer' } },
  labels: { type: 'object', maxProperties: 10, additionalProperties: { type: 'string', maxLength: 20 } },
  'dashed-name': { type: 'string' },
  namespace: { type: 'string' },
};

function compile(spec: Partial<JsonSchema>, root: Partial<JsonSchema> = {}): JsonSchema {
  return { type: 'object', properties: { spec: { type: 'object', properties, ...spec } }, ...root };
}

function withRule(rule: string, more: Partial<JsonSchemaRule> = {}): JsonSchema {
  return compile({ 'x-kubernetes-validations': [{ rule, ...more }] });
}

function run(schema: JsonSchema, spec: unknown, oldSpec?: unknown): string[] {
  const old = oldSpec === undefined ? undefined : { spec: oldSpec, metadata: { name: 'x' } };
  const options = { ratchets: old !== undefined };
  return runRules(schema, { metadata: { name: 'x' }, spec }, old, options).errors.map(formatFieldError);
}

function check(schema: JsonSchema): readonly FieldError[] {
  const options = { hasStatusSubresource: false, implicit: { objectMeta }, rules: new SchemaRuleChecks() };
  return validateCrdSchema(schema, 'schema', options);
}

describe('rules of a schema', () => {
  const spec = {
    replicas: 3,
    min: 1,
    ratio: 0.5,
    image: 'a/b',
    note: null,
    port: 80,
    since: '2024-01-02T03:04:05Z',
    every: '90s',
    tags: ['x', 'y'],
    numbers: [3, 1, 2],
    labels: { a: 'b' },
    'dashed-name': 'd',
    namespace: 'n',
  };

  const holds = [
    'self.min <= self.replicas',
    'self.replicas == 3 && self.ratio < 1.0',
    'has(self.image) && !has(self.since) || self.since.getFullYear() == 2024',
    'self.every == duration("1m30s")',
    '!has(self.note) || self.since.getFullYear() == 2024',
    'type(self.port) == int && self.port == 80',
    'self.tags.all(t, t.matches("^[a-z]$")) && self.tags.exists(t, t == "x")',
    'self.labels.all(k, self.labels[k] != "")',
    'self.labels["a"] == "b" && "a" in self.labels',
    'self.dashed__dash__name == "d" && self.__namespace__ == "n"',
    'self.numbers.sum() == 6 && self.numbers.min() == 1 && self.numbers.max() == 3 && !self.numbers.isSorted()',
    'self.numbers.sort() == [1, 2, 3] && self.numbers.indexOf(1) == 1',
    'self.tags.map(t, t + "!") == ["x!", "y!"]',
    'self.?image.orValue("none") == "a/b"',
    'quantity("1Gi").isGreaterThan(quantity("1000M")) && isQuantity("5m") && !isQuantity("x")',
    'quantity("1").add(quantity("500m")).compareTo(quantity("1500m")) == 0',
    'url("https://example.com:80/a?b=c").getPort() == "80" && isURL("/a") && !isURL("a b")',
    'url("https://example.com/?k=1&k=2").getQuery()["k"] == ["1", "2"]',
    'ip("127.0.0.1").isLoopback() && ip("::1").family() == 6 && !isIP("1.2.3")',
    'cidr("10.0.0.0/8").containsIP("10.1.2.3") && cidr("10.0.0.0/8").containsCIDR("10.1.0.0/16")',
    'string(cidr("10.1.2.3/8").masked()) == "10.0.0.0/8"',
    'sets.contains([1, 2], [2]) && sets.equivalent([1, 2], [2, 1]) && !sets.intersects([1], [2])',
    '"abc123".find("[0-9]+") == "123" && "a1b2".findAll("[0-9]") == ["1", "2"]',
    '"%s has %d".format([self.image, self.replicas]) == "a/b has 3"',
    '"hello".charAt(1) == "e" && "a-b".replace("-", "+") == "a+b"',
    'format.dns1123Label().validate("Bad").hasValue() && !format.named("dns1123Label").value().validate("ok").hasValue()',
  ];
  for (const rule of holds) {
    it(`holds: ${rule}`, () => {
      assert.deepEqual(run(withRule(rule), spec), []);
      assert.deepEqual(check(withRule(rule)).map(formatFieldError), []);
    });
  }

  it('tells the message, the default text, or what the message expression gives', () => {
    assert.deepEqual(run(withRule('self.replicas < 2', { message: 'too many' }), spec), [
      'spec: Invalid value: too many',
    ]);
    assert.deepEqual(run(withRule('self.replicas < 2'), spec), ['spec: Invalid value: failed rule: self.replicas < 2']);
    const expression = { messageExpression: '"have " + string(self.replicas)', message: 'm' };
    assert.deepEqual(run(withRule('self.replicas < 2', expression), spec), ['spec: Invalid value: have 3']);
  });

  it('honours reason and fieldPath', () => {
    assert.deepEqual(
      run(withRule('false', { reason: 'FieldValueForbidden', message: 'no', fieldPath: '.image' }), spec),
      ['spec.image: Forbidden: no'],
    );
  });

  it('prints the value of a scalar', () => {
    const schema = compile({
      properties: {
        image: { type: 'string', 'x-kubernetes-validations': [{ rule: 'self.startsWith("z")', message: 'z!' }] },
      },
    });
    assert.deepEqual(run(schema, { image: 'a' }), ['spec.image: Invalid value: "a": z!']);
  });

  it('runs transition rules only on update', () => {
    const schema = withRule('self.replicas >= oldSelf.replicas', { message: 'may not shrink' });
    assert.deepEqual(run(schema, { replicas: 1 }), []);
    assert.deepEqual(run(schema, { replicas: 1 }, { replicas: 2 }), ['spec: Invalid value: may not shrink']);
    const optional = withRule('oldSelf.hasValue() || self.replicas == 1', { optionalOldSelf: true });
    assert.deepEqual(run(optional, { replicas: 1 }), []);
    assert.equal(run(optional, { replicas: 2 }).length, 1);
    assert.deepEqual(run(optional, { replicas: 2 }, { replicas: 5 }), []);
  });

  it('compares objects as a whole, and sees only names of metadata', () => {
    const schema = compile(
      {},
      { 'x-kubernetes-validations': [{ rule: 'self.spec == oldSelf.spec', message: 'immutable' }] },
    );
    assert.deepEqual(run(schema, { replicas: 1, tags: ['a'] }, { replicas: 1, tags: ['a'] }), []);
    assert.deepEqual(run(schema, { replicas: 1 }, { replicas: 2 }), ['<nil>: Invalid value: immutable']);
    const named = compile({}, { 'x-kubernetes-validations': [{ rule: 'self.metadata.name == "x"' }] });
    assert.deepEqual(run(named, {}), []);
    const labels = compile({}, { 'x-kubernetes-validations': [{ rule: 'size(self.metadata.labels) == 0' }] });
    assert.equal(check(labels).length, 1);
  });

  it('lets an update keep what a later rule forbids, as long as it is not touched', () => {
    const schema = withRule('self.replicas < 2', { message: 'too many' });
    assert.deepEqual(run(schema, { replicas: 3 }, { replicas: 3 }), []);
    assert.equal(run(schema, { replicas: 4 }, { replicas: 3 }).length, 1);
  });

  it('reports runtime errors with the rule', () => {
    assert.deepEqual(run(withRule('self.labels["zz"] == "b"'), spec), [
      'spec: Invalid value: "object": no such key: zz evaluating rule: self.labels["zz"] == "b"',
    ]);
  });

  it('matches items of keyed lists with their old selves', () => {
    const item: JsonSchema = {
      type: 'object',
      properties: { name: { type: 'string' }, size: { type: 'integer' } },
      'x-kubernetes-validations': [{ rule: 'self.size >= oldSelf.size', message: 'shrinks' }],
    };
    const list = {
      type: 'array',
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['name'],
      items: item,
    };
    const schema = compile({ properties: { disks: list } });
    const old = {
      disks: [
        { name: 'a', size: 2 },
        { name: 'b', size: 2 },
      ],
    };
    assert.deepEqual(
      run(
        schema,
        {
          disks: [
            { name: 'b', size: 1 },
            { name: 'c', size: 0 },
          ],
        },
        old,
      ),
      ['spec.disks[0]: Invalid value: shrinks'],
    );
  });

  it('refuses rules that do not compile', () => {
    const fields = (rule: string, more: Partial<JsonSchemaRule> = {}): string[] =>
      check(withRule(rule, more)).map(error => error.field);
    const at = 'schema.properties[spec].x-kubernetes-validations[0]';
    assert.deepEqual(fields('self.unknown == 1'), [`${at}.rule`]);
    assert.deepEqual(fields('self.image > 1'), [`${at}.rule`]);
    assert.deepEqual(fields('self.image'), [`${at}.rule`]);
    assert.deepEqual(fields('self.'), [`${at}.rule`]);
    assert.deepEqual(fields('true', { messageExpression: '1' }), [`${at}.messageExpression`]);
    assert.deepEqual(fields('true', { optionalOldSelf: true }), [`${at}.optionalOldSelf`]);
  });

  it('refuses conversions of constants that are bound to fail', () => {
    const problems = (rule: string, more: Partial<JsonSchemaRule> = {}): (string | undefined)[] =>
      check(withRule(rule, more)).map(error => error.detail);
    const why = "instantiation failed: type conversion error from 'string' to 'int'";
    assert.deepEqual(problems('int("x") == 1'), [`program ${why}`]);
    assert.deepEqual(problems('true', { messageExpression: 'string(int("x"))' }), [`messageExpression ${why}`]);
    assert.deepEqual(problems('int(self.image) == 1'), []);
  });
});
