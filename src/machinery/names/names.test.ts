import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatFieldError } from '../field-error.ts';
import {
  checkConfigMapKey,
  checkDns1123Label,
  checkDns1123Subdomain,
  checkLabelValue,
  checkPortName,
  checkQualifiedName,
  cidrContains,
  formatIp,
  nameChecks,
  parseCidr,
  parseIp,
  validateCidr,
  validateFieldManager,
  validateIp,
  validateObjectMeta,
  validateObjectMetaUpdate,
} from './index.ts';

test('explains a bad DNS label in upstream words', () => {
  assert.deepEqual(checkDns1123Label('ok-1'), []);
  assert.deepEqual(checkDns1123Label('a.b'), ['must not contain dots']);
  assert.deepEqual(checkDns1123Label('A'), [
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')",
  ]);
  assert.deepEqual(checkDns1123Label('a'.repeat(64)), ['must be no more than 63 characters']);
  assert.equal(checkDns1123Subdomain('a_b').length, 1);
});

test('checks label keys and values', () => {
  assert.deepEqual(checkQualifiedName('app.kubernetes.io/name'), []);
  assert.deepEqual(checkQualifiedName('/x'), ['prefix part must be non-empty']);
  assert.deepEqual(checkQualifiedName('a/b/c'), [
    "a valid label key must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]') with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')",
  ]);
  assert.deepEqual(checkLabelValue('x'.repeat(64)), ['must be no more than 63 bytes']);
  assert.deepEqual(checkLabelValue(''), []);
  assert.deepEqual(checkPortName('a--1'), ['must not contain consecutive hyphens']);
  assert.deepEqual(checkConfigMapKey('..x'), ["must not start with '..'"]);
});

test('reads addresses and ranges, and knows their canonical form', () => {
  const canonical = (text: string): string => formatIp(parseIp(text)!);
  assert.equal(canonical('2001:DB8:0:0:1:0:0:1'), '2001:db8::1:0:0:1');
  assert.equal(canonical('::'), '::');
  assert.equal(canonical('::1'), '::1');
  assert.equal(canonical('1::'), '1::');
  assert.equal(canonical('::ffff:1.2.3.4'), '1.2.3.4');
  assert.equal(canonical('1:0:3:4:5:6:7:8'), '1:0:3:4:5:6:7:8');
  assert.equal(parseIp('1:2:3'), undefined);
  assert.equal(parseIp('256.1.1.1'), undefined);
  assert.equal(parseIp('1::2::3'), undefined);
  assert.ok(cidrContains(parseCidr('10.0.0.0/8')!, parseIp('10.255.0.1')!));
  assert.ok(!cidrContains(parseCidr('10.0.0.0/8')!, parseIp('11.0.0.1')!));
  const text = (value: string): string[] => validateIp('f', value).map(formatFieldError);
  assert.deepEqual(text('010.0.0.1'), ['f: Invalid value: "010.0.0.1": must not have leading 0s']);
  assert.deepEqual(text('2001:DB8::1'), ['f: Invalid value: "2001:DB8::1": must be in canonical form ("2001:db8::1")']);
  assert.deepEqual(validateCidr('f', '10.0.0.1/8').map(formatFieldError), [
    'f: Invalid value: "10.0.0.1/8": must not have bits set beyond the prefix length',
  ]);
});

test('refuses metadata that upstream refuses', () => {
  const texts = (meta: object, namespaced = true): string[] =>
    validateObjectMeta(meta, { namespaced, validateName: nameChecks.dnsSubdomain }).map(formatFieldError);
  assert.deepEqual(texts({ name: 'a', namespace: 'b' }), []);
  assert.deepEqual(texts({}), [
    'metadata.name: Required value: name or generateName is required',
    'metadata.namespace: Required value',
  ]);
  assert.deepEqual(texts({ name: 'a', namespace: 'b' }, false), [
    'metadata.namespace: Forbidden: not allowed on this type',
  ]);
  assert.deepEqual(texts({ name: 'a', namespace: 'b', finalizers: ['orphan', 'foregroundDeletion'] }), [
    'metadata.finalizers: Invalid value: ["orphan","foregroundDeletion"]: finalizer orphan and foregroundDeletion cannot be both set',
  ]);
  assert.deepEqual(texts({ name: 'a', namespace: 'b', annotations: { a: 'x'.repeat(300_000) } }), [
    'metadata.annotations: Too long: may not be more than 262144 bytes',
  ]);
});

test('refuses changes to immutable metadata', () => {
  const old = { name: 'a', namespace: 'b', uid: 'u', resourceVersion: '1', generation: 2, deletionTimestamp: 't' };
  const texts = (change: object): string[] =>
    validateObjectMetaUpdate({ ...old, ...change }, old).map(formatFieldError);
  assert.deepEqual(texts({}), []);
  assert.deepEqual(texts({ uid: 'v' }), ['metadata.uid: Invalid value: "v": field is immutable']);
  assert.deepEqual(texts({ resourceVersion: undefined }), [
    'metadata.resourceVersion: Invalid value: "": must be specified for an update',
  ]);
  assert.deepEqual(texts({ generation: 1 }), ['metadata.generation: Invalid value: 1: must not be decremented']);
  assert.deepEqual(texts({ finalizers: ['x/y'] }), [
    'metadata.finalizers: Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers []string{"x/y"}',
  ]);
  assert.deepEqual(texts({ labels: { a: 'b c' } }).length, 1);
});

test('refuses field managers that do not print', () => {
  assert.deepEqual(validateFieldManager('a\tb', 'fieldManager').map(formatFieldError), [
    'fieldManager: Invalid value: "a\\tb": invalid character U+0009 (at position 1)',
  ]);
});
