import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { standardDeclarations } from '../language/index.ts';
import type { AuthorizerPort } from './authorizer.ts';
import { PolicyExpressions, type PolicyVariables } from './policy-expressions.ts';

const texts = ["''", "'a'", "'%s %d %z'", "'['", "b'x'"];
const numbers = ['1', '-5', '100000', '1.5', '2u'];
const lists = [
  '[]',
  '[1, 2]',
  "['a', 'b']",
  "[dyn(1), dyn('a'), dyn(null)]",
  '[[1]]',
  "[{'a': 1}]",
  '[Object{a: 1}]',
  'object.list',
];
const maps = ['{}', "{'a': 1}", 'object', 'object.map', 'Object{a: 1}'];
const times = ['timestamp(0)', "duration('1s')"];
const others = ['null', 'true', 'int', 'optional.none()', 'optional.of(1)', "quantity('1')", "semver('1.0.0')"];
const hosts = ["ip('1.1.1.1')", "cidr('1.0.0.0/8')", "url('https://a')", "format.named('uri')"];
const authorizers = ['authorizer', "authorizer.group('x')", "authorizer.path('/x')", 'authorizer.requestResource'];
const anything = fc.constantFrom(
  ...texts,
  ...numbers,
  ...lists,
  ...maps,
  ...times,
  ...others,
  ...hosts,
  ...authorizers,
);

const operators: Readonly<Record<string, string>> = {
  '_+_': '+',
  '_-_': '-',
  '_*_': '*',
  '_/_': '/',
  '_%_': '%',
  '_<_': '<',
  '_==_': '==',
  '@in': 'in',
};

function write(name: string, isMember: boolean, args: readonly string[]): string | undefined {
  const [first, second] = args;
  if (operators[name] !== undefined) return `${first} ${operators[name]} ${second}`;
  if (name === '_[_]') return `${first}[${second}]`;
  if (name === '_[?_]') return `${first}[?${second}]`;
  if (/^[_!@-]|@/.test(name)) return undefined;
  return isMember ? `${first}.${name}(${args.slice(1).join(', ')})` : `${name}(${args.join(', ')})`;
}

const calls = [...standardDeclarations()].flatMap(([name, overloads]) =>
  overloads.map(({ isMember, params }) => ({ name, isMember, count: params.length })),
);

const call = fc
  .constantFrom(...calls)
  .filter(({ name, isMember }) => write(name, isMember, ['a', 'b']) !== undefined)
  .chain(({ name, isMember, count }) =>
    fc.array(anything, { minLength: count, maxLength: count }).map(
      args =>
        write(
          name,
          isMember,
          args.map(arg => `dyn(${arg})`),
        )!,
    ),
  );

/** What becomes of a call's outcome. */
const use = fc.constantFrom(
  (x: string) => x,
  (x: string) => `string(dyn(${x}))`,
  (x: string) => `'%s'.format([dyn(${x})])`,
  (x: string) => `dyn(${x}).sortBy(q, q)`,
  (x: string) => `dyn(${x}).map(q, q.a)`,
);

it('functions come to a value or to a failure, whatever they are called with', () => {
  const expressions = new PolicyExpressions();
  const port: AuthorizerPort = {
    authorize: () => ({ allowed: true, reason: '' }),
    forServiceAccount: () => port,
  };
  const variables: PolicyVariables = {
    object: expressions.toValue({ map: { a: 'x' }, list: [1, 'b', null, { c: 1 }] }),
    oldObject: null,
    params: null,
    request: expressions.toValue({}),
    namespaceObject: null,
    ...expressions.toAuthorizer(port, { group: '', resource: '', subresource: '', namespace: '', name: '' }),
    variables: expressions.toVariables([], () => ({ problem: 'none' })),
  };
  fc.assert(
    fc.property(call, use, (called, used) => {
      const program = expressions.compile(used(called));
      if (program.run === undefined) assert.fail(program.problem);
      const { value, problem } = program.run(variables);
      assert.equal(problem === undefined, value !== undefined);
      expressions.fromValue(value);
    }),
    { numRuns: 2000 },
  );
});
