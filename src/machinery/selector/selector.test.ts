import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { formatFieldError } from '../field-error.ts';
import {
  compileLabelSelector,
  formatLabelSelector,
  matchLabels,
  parseFieldSelector,
  parseLabelSelector,
  readLabelSelector,
  validateLabelSelector,
} from './index.ts';

const label = (text: string) => {
  const parsed = parseLabelSelector(text);
  assert.equal(parsed.problem, undefined, text);
  return parsed.value!;
};

test('parses every form of label selector and prints it sorted', () => {
  assert.equal(label('b=1,a in (y,x),!d,e notin (z),f>1,g').toString(), 'a in (x,y),b=1,!d,e notin (z),f>1,g');
  assert.equal(label('x in (foo,,baz),y,z notin ()').toString(), 'x in (,baz,foo),y,z notin ()');
  assert.equal(label(' a == b ').toString(), 'a==b');
  assert.equal(label('').toString(), '');
  assert.equal(label('a=').toString(), 'a=');
  assert.equal(label('in in (in)').toString(), 'in in (in)');
});

test('matches labels as upstream does', () => {
  assert.ok(label('a!=b').matches(undefined));
  assert.ok(label('a!=b').matches({ a: 'c' }));
  assert.ok(!label('a').matches({}));
  assert.ok(label('n>5').matches({ n: '6' }));
  assert.ok(!label('n>5').matches({ n: 'x' }));
  assert.ok(label('').isEverything);
  assert.equal(label('a=b,c').requiredValue('a'), 'b');
  assert.equal(label('a=b,c').requiredValue('c'), undefined);
});

test('explains bad label selectors in upstream words', () => {
  const problem = (text: string): string | undefined => parseLabelSelector(text).problem;
  assert.equal(problem('a=b,'), "found '', expected: identifier after ','");
  assert.equal(problem('a b'), "unable to parse requirement: found 'b', expected: in, notin, =, ==, !=, gt, lt");
  assert.equal(problem('=b'), "found '=', expected: !, identifier, or 'end of string'");
  assert.equal(problem('a in x'), "unable to parse requirement: found 'x' expected: '('");
  assert.equal(problem('a=b=c'), "found '=', expected: ',' or 'end of string'");
  assert.match(problem('-a=b')!, /^unable to parse requirement: <nil>: Invalid value: "-a": name part must consist of/);
  assert.match(problem('a=$')!, /^unable to parse requirement: values\[0\]\[a\]: Invalid value: "\$": a valid label/);
});

test('compiles LabelSelector objects', () => {
  assert.ok(compileLabelSelector(undefined).isNothing);
  assert.ok(compileLabelSelector({}).isEverything);
  const selector = {
    matchLabels: { app: 'x' },
    matchExpressions: [{ key: 'tier', operator: 'In', values: ['b', 'a'] }],
  };
  assert.ok(compileLabelSelector(selector).matches({ app: 'x', tier: 'a' }));
  assert.equal(compileLabelSelector(selector), compileLabelSelector(selector));
  assert.equal(formatLabelSelector(selector), 'app=x,tier in (a,b)');
  assert.equal(formatLabelSelector({}), '<none>');
  assert.equal(
    readLabelSelector({ matchExpressions: [{ key: 'a', operator: 'Is' }] }).problem,
    '"Is" is not a valid label selector operator',
  );
});

test('validates LabelSelector objects', () => {
  const errors = validateLabelSelector(
    {
      matchExpressions: [
        { key: 'a', operator: 'In' },
        { key: 'b', operator: 'Exists', values: ['x'] },
      ],
    },
    'spec.selector',
  );
  assert.deepEqual(errors.map(formatFieldError), [
    "spec.selector.matchExpressions[0].values: Required value: must be specified when `operator` is 'In' or 'NotIn'",
    "spec.selector.matchExpressions[1].values: Forbidden: may not be specified when `operator` is 'Exists' or 'DoesNotExist'",
  ]);
});

test('parses and matches field selectors', () => {
  const parsed = parseFieldSelector('status.phase!=Running,metadata.name==x').value!;
  assert.equal(parsed.toString(), 'metadata.name=x,status.phase!=Running');
  assert.ok(parsed.matches(field => (field === 'metadata.name' ? 'x' : 'Pending')));
  assert.equal(parsed.requiredValue('metadata.name'), 'x');
  assert.equal(parseFieldSelector('a=x\\,y').value!.requirements[0]!.value, 'x,y');
  assert.equal(parseFieldSelector('abc').problem, "invalid selector: 'abc'; can't understand 'abc'");
  assert.equal(parseFieldSelector('a=b\\c').problem, 'invalid field selector: invalid escape sequence: \\c');
  assert.equal(parseFieldSelector('a=b=c').problem, 'invalid field selector: unescaped character in value: 61');
});

test('a printed selector parses to one that matches the same', () => {
  const name = fc.constantFrom('a', 'b', 'c', 'in', 'notin');
  const requirement = fc.oneof(
    fc.record({ key: name, operator: fc.constantFrom('exists' as const, '!' as const), values: fc.constant([]) }),
    fc.record({ key: name, operator: fc.constantFrom('=' as const, '!=' as const), values: fc.tuple(name) }),
    fc.record({
      key: name,
      operator: fc.constantFrom('in' as const, 'notin' as const),
      values: fc.uniqueArray(name, { minLength: 1 }),
    }),
  );
  fc.assert(
    fc.property(fc.array(requirement), fc.dictionary(name, name), (requirements, labels) => {
      const matcher = matchLabels(requirements);
      assert.equal(label(matcher.toString()).matches(labels), matcher.matches(labels));
    }),
  );
});
