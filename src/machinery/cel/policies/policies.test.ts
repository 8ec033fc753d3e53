import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { AuthorizerPort, AuthorizerQuestion } from './authorizer.ts';
import {
  type CheckedExpression,
  PolicyExpressions,
  type PolicyVariables,
  type RunOutcome,
} from './policy-expressions.ts';

const expressions = new PolicyExpressions();
const scope = { hasParams: true, hasAuthorizer: true, hasPatchTypes: true };

const asked: AuthorizerQuestion[] = [];
const port: AuthorizerPort = {
  authorize(question) {
    asked.push(question);
    return { allowed: question.verb === 'get', reason: `for ${question.resource || question.path}` };
  },
  forServiceAccount: () => port,
};

const object = {
  metadata: { name: 'a', labels: { 'a/b': 'x', c: 'y' } },
  spec: { replicas: 3, ratio: 1.5, ports: [{ port: 80 }, { port: 81 }], gone: undefined },
};

function variables(): PolicyVariables {
  return {
    object: expressions.toValue(object),
    oldObject: expressions.toValue(undefined),
    params: expressions.toValue(undefined),
    request: expressions.toValue({ name: 'a', userInfo: { username: 'u', groups: ['g'] }, dryRun: false }),
    namespaceObject: expressions.toValue({ metadata: { name: 'n' } }),
    ...expressions.toAuthorizer(port, { group: '', resource: 'pods', subresource: '', namespace: 'n', name: 'a' }),
    variables: expressions.toVariables(['five', 'bad'], name =>
      name === 'five' ? { value: 5n } : { problem: 'is bad' },
    ),
  };
}

function run(expression: string): RunOutcome {
  const program = expressions.compile(expression);
  if (program.run === undefined) assert.fail(program.problem);
  return program.run(variables());
}

function problemOf(expression: string, wanted?: readonly string[]): string | undefined {
  return expressions.check(expression, scope, wanted).problem;
}

function nameOf({ type }: CheckedExpression): string | undefined {
  return type?.name;
}

describe('expressions of policies', () => {
  for (const holds of [
    'object.spec.replicas == 3 && object.spec.ratio == 1.5',
    'oldObject == null && params == null && authorizer != null',
    '!has(object.spec.gone) && size(object.spec) == 3',
    'object.metadata.labels["a/b"] == "x" && object.?none.field == optional.none()',
    'object.metadata.labels.transformMap(k, v, v + "!")["c"] == "y!"',
    'object.spec.ports.all(i, p, p.port == 80 + i)',
    'request.userInfo.groups.exists(g, g == "g") && !request.dryRun',
    'namespaceObject.metadata.name == "n"',
    'variables.five == 5 && (true || variables.bad)',
  ]) {
    it(`holds: ${holds}`, () => {
      const { value, problem } = run(holds);
      assert.deepEqual({ value, problem }, { value: true, problem: undefined });
    });
  }

  it('say what fails', () => {
    assert.equal(run('object.none == 1').problem, 'no such key: none');
    assert.equal(run('variables.bad == 1').problem, 'is bad');
    assert.equal(run('authorizer.path(" ").check("get").allowed()').problem, 'path must not be empty');
    assert.equal(
      run('authorizer.serviceAccount("n", "A_").path("/").check("get").allowed()').problem,
      'Invalid service account name',
    );
  });

  // As kube-apiserver v1.36 says, and not as JavaScript would have it.
  for (const [expression, problem] of [
    ['oldObject.metadata.name == "a"', 'no such key: metadata'],
    ['object.metadata.name.first == 1', 'no such key: first'],
    ['object.spec.ports.first == 1', "unsupported index type 'string' in list"],
    ['object.spec.ports["a"] == 1', "unsupported index type 'string' in list"],
    ['object.spec.ports[1.5] == 1', 'unsupported index value 1.5 in list'],
    ['object.metadata.join() == ""', 'no such overload: join(map)'],
    ['string(object.metadata) == ""', 'no such overload: string(map)'],
    ['object.spec.replicas.startsWith("a")', 'no such overload'],
    ['object.metadata.isGreaterThan(quantity("1"))', 'no such overload: isGreaterThan(map, kubernetes.Quantity)'],
    ['object.metadata.name.all(c, true)', "got 'types.String', expected iterable type"],
    ['object.metadata.name.matches("[" + object.metadata.name)', 'error parsing regexp: missing closing ]: `[a`'],
    [
      'object.metadata.name.find("[" + object.metadata.name) == ""',
      'Illegal regex: error parsing regexp: missing closing ]: `[a`',
    ],
    [
      '"%d".format([object.spec.ratio]) == ""',
      'error during formatting: decimal clause can only be used on integers, was given double',
    ],
    ['timestamp("9999-12-31T23:59:59Z") + duration("1h") == timestamp(0)', 'timestamp overflow'],
    [
      'ip("1.2." + object.metadata.name) == ip("::1")',
      'IP Address "1.2.a" parse error during conversion from string: ParseAddr("1.2.a"): IPv4 address too short',
    ],
  ] as const) {
    it(`fail: ${expression}`, () => assert.equal(run(expression).problem, problem));
  }

  for (const [expression, text] of [
    ['string(1234567.0)', '1.234567e+06'],
    ['string(-0.0) + string(0.1 + 0.2)', '-00.30000000000000004'],
    [
      '"%s".format([[1, "a", {"b": 2.5}, timestamp(0)]])',
      '[1, "a", {"b":2.500000}, timestamp("1970-01-01T00:00:00Z")]',
    ],
    ['string(timestamp("2024-07-01T00:30:00Z").getHours("Europe/Paris"))', '2'],
    ['string(timestamp("2024-07-01T00:30:00Z").getDate("-01:00"))', '30'],
    ['"%.2f %e".format([1234567.891, 0.0000015])', '1,234,567.89 1.500000×10⁻⁰⁶'],
  ] as const) {
    it(`write: ${expression}`, () => assert.equal(run(expression).value, text));
  }

  it('ask the authorizer, which is what costs most', () => {
    asked.length = 0;
    const chain =
      'authorizer.group("apps").resource("deployments").subresource("scale").namespace("x").labelSelector("a=b")';
    const { value, cost } = run(`${chain}.check("get").reason() + authorizer.requestResource.check("list").reason()`);
    assert.equal(value, 'for deploymentsfor pods');
    assert.ok(cost > 700_000 && cost < 701_000, `${cost}`);
    assert.deepEqual(asked, [
      {
        verb: 'get',
        group: 'apps',
        resource: 'deployments',
        subresource: 'scale',
        namespace: 'x',
        name: '',
        labelSelector: 'a=b',
      },
      { verb: 'list', group: '', resource: 'pods', subresource: '', namespace: 'n', name: 'a' },
    ]);
    const thrice = ['a', 'b', 'c'].map(path => `authorizer.path("/${path}").check("list").allowed()`).join(' || ');
    assert.equal(run(thrice).problem, 'operation cancelled: actual cost limit exceeded');
  });

  it('write objects and patches, under the names of their fields', () => {
    const written = run('Object{spec: Object.spec{replicas: object.spec.replicas + 1, ports: object.spec.ports}}');
    assert.deepEqual(expressions.fromValue(written.value), {
      value: { spec: { replicas: 4, ports: [{ port: 80 }, { port: 81 }] } },
    });
    const patch = run(
      '[JSONPatch{op: "add", path: "/" + jsonpatch.escapeKey("a/b~c"), value: {"at": timestamp("2024-01-02T03:04:05Z")}}]',
    );
    assert.deepEqual(expressions.fromValue(patch.value), {
      value: [{ op: 'add', path: '/a~1b~0c', value: { at: '2024-01-02T03:04:05Z' } }],
    });
    const misnamed = run('Object{spec: [Object.specs{a: 1}]}');
    assert.equal(
      expressions.fromValue(misnamed.value).problem,
      'type mismatch: unexpected type name "Object.specs", expected "Object.spec", which matches field name path from root Object type',
    );
    assert.equal(
      run('JSONPatch{op: object.spec.replicas}').problem,
      "unexpected type int64 for JSONPatchType 'op' field",
    );
  });

  it('are checked for their types', () => {
    assert.equal(problemOf('object.a', ['bool']), 'must evaluate to bool but got dyn');
    assert.equal(problemOf('true ? null : null', ['bool']), 'must evaluate to bool but got null_type');
    assert.equal(
      problemOf('[1]', ['string', 'null_type']),
      'must evaluate to one of [string null_type] but got list(int)',
    );
    assert.equal(problemOf('[JSONPatch{}]', ['list(JSONPatch)']), undefined);
    assert.deepEqual(expressions.check('int(string("x")) == 1', scope, ['bool']), {
      problem: "program instantiation failed: type conversion error from 'string' to 'int'",
      isInternal: true,
    });
    assert.equal(
      problemOf('request.nope'),
      "compilation failed: ERROR: <input>:1:8: undefined field 'nope'\n | request.nope\n | .......^",
    );
  });

  it('may name what their place allows', () => {
    const bare = { hasParams: false, hasAuthorizer: false };
    for (const [expression, name] of [
      ['params', 'params'],
      ['authorizer', 'authorizer'],
      ['variables', 'variables'],
      ['jsonpatch.escapeKey("x")', 'jsonpatch'],
    ] as const) {
      const { problem = '' } = expressions.check(expression, bare);
      assert.match(problem, new RegExp(`undeclared reference to '${name}`), expression);
    }
    assert.match(expressions.check('Object{}', bare).problem ?? '', /undeclared reference to 'Object'/);
  });

  it('see the types of variables, and of none that has errors', () => {
    const five = expressions.check('5', scope);
    const typed = {
      ...scope,
      variables: new Map([
        ['five', five.type],
        ['bad', undefined],
      ]),
    };
    assert.equal(nameOf(expressions.check('variables.five', typed)), 'int');
    assert.equal(nameOf(expressions.check('variables.bad', typed)), 'dyn');
    assert.match(expressions.check('variables.six', typed).problem ?? '', /undefined field 'six'/);
  });
});
