import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { formatFieldError } from '../../../machinery/index.ts';
import type {
  MutatingAdmissionPolicy,
  ValidatingAdmissionPolicy,
  ValidatingAdmissionPolicyBinding,
  ValidatingWebhook,
} from '../../generated/index.ts';
import { validateValidatingBinding } from './validate-bindings.ts';
import { validateWebhookService, validateWebhookUrl } from './validate-client-config.ts';
import { validateMutatingPolicy, validateValidatingPolicy } from './validate-policies.ts';
import { validateRule } from './validate-rules.ts';
import { validateWebhooks } from './validate-webhooks.ts';

const rule = { apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'] };

const webhook = (rest: object): ValidatingWebhook =>
  ({
    name: 'a.hooks.test',
    clientConfig: { url: 'https://hooks.test/a' },
    admissionReviewVersions: ['v1'],
    sideEffects: 'None',
    rules: [rule],
    ...rest,
  }) as ValidatingWebhook;

const wrong = (...webhooks: readonly object[]) => validateWebhooks(webhooks.map(webhook)).map(formatFieldError);

describe('a webhook configuration', () => {
  it('may be as it should be', () => {
    assert.deepEqual(wrong({}, { name: 'b.hooks.test', timeoutSeconds: 30, failurePolicy: 'Ignore' }), []);
  });

  it('names its webhooks once and by domains', () => {
    assert.deepEqual(wrong({ name: 'a' }), [
      'webhooks[0].name: Invalid value: "a": should be a domain with at least three segments separated by dots',
    ]);
    assert.deepEqual(wrong({}, {}), ['webhooks[1].name: Duplicate value: "a.hooks.test"']);
  });

  it('says one of what may be said', () => {
    assert.deepEqual(
      wrong({
        failurePolicy: 'fail',
        matchPolicy: 'x',
        sideEffects: 'Some',
        timeoutSeconds: 31,
        admissionReviewVersions: ['v2', 'v2', 'V'],
        clientConfig: {},
        reinvocationPolicy: 'x',
      }),
      [
        'webhooks[0].failurePolicy: Unsupported value: "fail": supported values: "Fail", "Ignore"',
        'webhooks[0].matchPolicy: Unsupported value: "x": supported values: "Equivalent", "Exact"',
        'webhooks[0].sideEffects: Unsupported value: "Some": supported values: "None", "NoneOnDryRun"',
        'webhooks[0].timeoutSeconds: Invalid value: 31: the timeout value must be between 1 and 30 seconds',
        'webhooks[0].reinvocationPolicy: Unsupported value: "x": supported values: "IfNeeded", "Never"',
        'webhooks[0].clientConfig: Required value: exactly one of url or service is required',
        'webhooks[0].admissionReviewVersions[1]: Invalid value: "v2": duplicate version',
        "webhooks[0].admissionReviewVersions[2]: Invalid value: \"V\": a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')",
        'webhooks[0].admissionReviewVersions: Invalid value: ["v2","v2","V"]: must include at least one of v1, v1beta1',
      ],
    );
    assert.deepEqual(wrong({ sideEffects: undefined, admissionReviewVersions: [] }), [
      'webhooks[0].sideEffects: Required value: must specify one of None, NoneOnDryRun',
      'webhooks[0].admissionReviewVersions: Required value: must specify one of v1, v1beta1',
    ]);
  });

  it('may keep what was allowed when it was written', () => {
    const old = [webhook({ sideEffects: 'Some' }), webhook({})];
    assert.deepEqual(validateWebhooks([webhook({ sideEffects: 'Unknown' }), webhook({})], old), []);
  });

  it('names its conditions once', () => {
    const matchConditions = [
      { name: 'a', expression: 'true' },
      { name: 'a', expression: ' ' },
      { name: '', expression: 'true' },
    ];
    assert.deepEqual(wrong({ matchConditions }), [
      'webhooks[0].matchConditions[1].expression: Required value',
      'webhooks[0].matchConditions[1].name: Duplicate value: "a"',
      'webhooks[0].matchConditions[2].name: Required value',
    ]);
  });
});

describe('a rule', () => {
  const of = (rest: object) => validateRule({ ...rule, ...rest }, 'rules[0]').map(formatFieldError);

  it('says nothing twice by wildcards', () => {
    assert.deepEqual(of({ apiGroups: ['*', 'apps'] }), [
      'rules[0].apiGroups: Invalid value: ["*","apps"]: if \'*\' is present, must not specify other API groups',
    ]);
    assert.deepEqual(of({ resources: ['*', 'pods'] }), [
      'rules[0].resources: Invalid value: ["*","pods"]: if \'*\' is present, must not specify other resources without subresources',
    ]);
    assert.deepEqual(of({ resources: ['pods/*', 'pods/log', '*/scale', 'deployments/scale'] }), [
      'rules[0].resources[1]: Invalid value: "pods/log": if \'pods/*\' is present, must not specify pods/log',
      'rules[0].resources[3]: Invalid value: "deployments/scale": if \'*/scale\' is present, must not specify deployments/scale',
    ]);
    assert.deepEqual(of({ resources: ['*', '*/scale'] }), []);
  });

  it('leaves nothing out', () => {
    assert.deepEqual(of({ operations: [], apiVersions: [''], scope: 'All' }), [
      'rules[0].operations: Required value',
      'rules[0].apiVersions[0]: Required value',
      'rules[0].scope: Unsupported value: "All": supported values: "*", "Cluster", "Namespaced"',
    ]);
  });
});

describe('where a webhook is', () => {
  it('is a plain HTTPS URL', () => {
    const of = (url: string) => validateWebhookUrl(url, 'url').map(formatFieldError);
    const form = '; desired format: https://host[/path]';
    assert.deepEqual(of('https://[::1]:8443/a'), []);
    assert.deepEqual(of('http://u@h/?q=1#f'), [
      `url: Invalid value: "http": 'https' is the only allowed URL scheme${form}`,
      'url: Invalid value: "u": user information is not permitted in the URL',
      'url: Invalid value: "f": fragments are not permitted in the URL',
      'url: Invalid value: "q=1": query parameters are not permitted in the URL',
    ]);
    assert.deepEqual(of(''), [
      `url: Invalid value: "": 'https' is the only allowed URL scheme${form}`,
      `url: Invalid value: "": host must be specified${form}`,
    ]);
    assert.deepEqual(of('https://a b/'), [
      `url: Required value: url must be a valid URL: parse "https://a b/": invalid character " " in host name${form}`,
    ]);
  });

  it('is a path of a Service', () => {
    const of = (rest: object) =>
      validateWebhookService({ name: 'n', namespace: 'ns', ...rest }, 'service').map(formatFieldError);
    assert.deepEqual(of({ path: '/', port: 443 }), []);
    assert.deepEqual(of({ name: '', port: 0 }), [
      'service.name: Required value',
      'service.port: Invalid value: 0: port is not valid: must be between 1 and 65535, inclusive',
    ]);
    assert.deepEqual(of({ path: 'a//b/' }), [
      'service.path: Invalid value: "a//b/": must start with a \'/\'',
      'service.path: Invalid value: "a//b/": segment[0] may not be empty',
      'service.path: Invalid value: "a//b/": segment[1] may not be empty',
    ]);
  });
});

const matchConstraints = {
  matchPolicy: 'Equivalent',
  namespaceSelector: {},
  objectSelector: {},
  resourceRules: [rule],
};

describe('a validating policy', () => {
  const of = (spec: object) =>
    validateValidatingPolicy({
      metadata: { name: 'p' },
      spec: { failurePolicy: 'Fail', matchConstraints, ...spec },
    } as ValidatingAdmissionPolicy).map(formatFieldError);

  it('validates or annotates something', () => {
    const detail = 'validations or auditAnnotations must contain at least one item';
    assert.deepEqual(of({ matchConstraints: { ...matchConstraints, resourceRules: [] } }), [
      'spec.matchConstraints.resourceRules: Required value',
      `spec.validations: Required value: ${detail}`,
      `spec.auditAnnotations: Required value: ${detail}`,
    ]);
    assert.deepEqual(of({ auditAnnotations: [{ key: 'k', valueExpression: "'v'" }] }), []);
  });

  it('has messages of one line, reasons that are known, and variables that expressions can name', () => {
    assert.deepEqual(
      of({
        paramKind: { apiVersion: 'a/b/c', kind: 'X_' },
        variables: [{ name: 'in', expression: '1' }],
        validations: [{ expression: '', message: 'a\nb', messageExpression: ' ', reason: 'Conflict' }],
        auditAnnotations: [
          { key: 'k', valueExpression: ' ' },
          { key: 'k', valueExpression: "'v'" },
        ],
      }),
      [
        'spec.paramKind.apiVersion: Invalid value: "a/b/c": unexpected GroupVersion string: a/b/c',
        "spec.paramKind.kind: Invalid value: \"X_\": may have mixed case, but should otherwise match: a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')",
        'spec.variables[0].name: Invalid value: "in": must be a valid CEL identifier',
        'spec.validations[0].expression: Required value: expression is not specified',
        'spec.validations[0].messageExpression: Invalid value: " ": must be non-empty if specified',
        'spec.validations[0].message: Invalid value: "a\\nb": must not contain line breaks',
        'spec.validations[0].reason: Unsupported value: "Conflict": supported values: "Forbidden", "Invalid", "RequestEntityTooLarge"',
        'spec.auditAnnotations[0].valueExpression: Required value: valueExpression is not specified',
        'spec.auditAnnotations[1].key: Duplicate value: "k"',
      ],
    );
  });
});

describe('a mutating policy', () => {
  const of = (spec: object) =>
    validateMutatingPolicy({
      metadata: { name: 'p' },
      spec: { failurePolicy: 'Fail', matchConstraints, reinvocationPolicy: 'Never', ...spec },
    } as MutatingAdmissionPolicy).map(formatFieldError);

  it('changes something, and in the way that it says', () => {
    assert.deepEqual(of({ reinvocationPolicy: undefined }), [
      'spec.mutations: Required value: mutations must contain at least one item',
      'spec.reinvocationPolicy: Required value',
    ]);
    const applyConfiguration = { expression: 'Object{}' };
    assert.deepEqual(of({ mutations: [{ patchType: 'JSONPatch', applyConfiguration }, { patchType: 'Merge' }, {}] }), [
      'spec.mutations[0].jsonPatch: Required value: must be specified when patchType is JSONPatch',
      'spec.mutations[0].applyConfiguration: Invalid value: "{applyConfiguration}": must not be specified when patchType is JSONPatch',
      'spec.mutations[1].patchType: Unsupported value: "Merge": supported values: "ApplyConfiguration", "JSONPatch"',
      'spec.mutations[2].patchType: Required value',
    ]);
  });

  it('changes nothing that is deleted', () => {
    const rules = [{ ...rule, operations: ['DELETE'] }];
    const mutations = [{ patchType: 'ApplyConfiguration', applyConfiguration: { expression: 'Object{}' } }];
    assert.deepEqual(of({ mutations, matchConstraints: { ...matchConstraints, resourceRules: rules } }), [
      'spec.matchConstraints.resourceRules.operations: Unsupported value: "DELETE": supported values: "*", "CONNECT", "CREATE", "UPDATE"',
    ]);
  });
});

it('a binding names its parameters in one way, and what it does once', () => {
  const of = (spec: object) =>
    validateValidatingBinding({
      metadata: { name: 'b' },
      spec: { policyName: 'p', validationActions: ['Deny'], ...spec },
    } as ValidatingAdmissionPolicyBinding).map(formatFieldError);
  assert.deepEqual(of({}), []);
  const exclusive = 'Forbidden: name and selector are mutually exclusive';
  assert.deepEqual(of({ paramRef: { name: 'n', selector: {}, parameterNotFoundAction: 'Deny' } }), [
    `spec.paramRef.name: ${exclusive}`,
    `spec.paramRef.selector: ${exclusive}`,
  ]);
  assert.deepEqual(of({ policyName: '', paramRef: {}, validationActions: ['Deny', 'Warn', 'Deny', 'X'] }), [
    'spec.policyName: Required value',
    'spec.paramRef: Required value: one of name or selector must be specified',
    'spec.paramRef.parameterNotFoundAction: Required value',
    'spec.validationActions[2]: Duplicate value: "Deny"',
    'spec.validationActions[3]: Unsupported value: "X": supported values: "Audit", "Deny", "Warn"',
    'spec.validationActions: Invalid value: ["Deny","Warn","Deny","X"]: must not contain both Deny and Warn (repeating the same validation failure information in the API response and headers serves no purpose)',
  ]);
});
