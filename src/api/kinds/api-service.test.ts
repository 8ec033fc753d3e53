import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { formatFieldError } from '../../machinery/field-error.ts';
import type { APIService } from '../generated/index.ts';
import { apiService } from './api-service.ts';

// As the real kube-apiserver v1.36 words them.
const subdomain =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and " +
  "end with an alphanumeric character (e.g. 'example.com', regex used for validation is " +
  "'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
const label =
  "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and " +
  "end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is " +
  "'[a-z]([-a-z0-9]*[a-z0-9])?')";

const problemsOf = (name: string, spec: object): readonly string[] =>
  (apiService.rules.validateCreate?.({ metadata: { name }, spec } as APIService) ?? []).map(formatFieldError);

describe('an APIService', () => {
  test('names a group, a version and a Service as they can be', () => {
    const spec = {
      group: 'x_y',
      version: 'V1',
      groupPriorityMinimum: 30_000,
      versionPriority: -1,
      insecureSkipTLSVerify: true,
      caBundle: 'LS0tLS0K',
      service: { port: 70_000 },
    };
    assert.deepEqual(problemsOf('V1.x_y', spec), [
      `spec.group: Invalid value: "x_y": ${subdomain}`,
      `spec.version: Invalid value: "V1": ${label}`,
      'spec.groupPriorityMinimum: Invalid value: 30000: must be positive and less than 20000',
      'spec.versionPriority: Invalid value: -1: must be positive and less than 1000',
      'spec.service.namespace: Required value',
      'spec.service.name: Required value',
      'spec.service.port: Invalid value: 70000: port is not valid: must be between 1 and 65535, inclusive',
      'spec.insecureSkipTLSVerify: Invalid value: true: may not be true if caBundle is present',
    ]);
  });

  test('that is local says nothing of how a server is verified', () => {
    const spec = {
      version: 'v2',
      groupPriorityMinimum: 1,
      versionPriority: 1,
      insecureSkipTLSVerify: true,
      caBundle: 'LS0tLS0K',
    };
    assert.deepEqual(problemsOf('v2.', spec), [
      'spec.group: Required value: only v1 may have an empty group and it better be legacy kube',
      'spec.caBundle: Invalid value: "6 bytes": local APIServices may not have a caBundle',
      'spec.insecureSkipTLSVerify: Invalid value: true: local APIServices may not have insecureSkipTLSVerify',
    ]);
  });

  test('is named by its version and group', () => {
    const spec = { group: 'a.test', version: 'v1', groupPriorityMinimum: 1, versionPriority: 1 };
    assert.deepEqual(problemsOf('v1.a.test', spec), []);
    assert.match(problemsOf('v2.a.test', spec)[0]!, /must be `spec\.version\+"\."\+spec\.group`: "v1\.a\.test"$/);
  });
});
