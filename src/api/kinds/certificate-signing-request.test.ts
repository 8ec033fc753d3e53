import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { certificateRequests } from '../../../test/fixtures/certificate-requests.ts';
import { formatFieldError } from '../../machinery/index.ts';
import type { CertificateSigningRequest } from '../generated/index.ts';
import { certificateSigningRequest } from './certificate-signing-request.ts';
import { validateSignerName } from './certificate-validation.ts';

type Spec = CertificateSigningRequest['spec'];
type Condition = NonNullable<NonNullable<CertificateSigningRequest['status']>['conditions']>[number];

const { rules } = certificateSigningRequest;
const context = { now: '2026-01-01T00:00:00Z', nowMs: 0, uuid: () => '' };

function csr(spec: Partial<Spec> = {}, status: CertificateSigningRequest['status'] = {}): CertificateSigningRequest {
  return {
    metadata: { name: 'c' },
    spec: { request: certificateRequests.user, signerName: 'a.example/b', usages: ['client auth'], ...spec },
    status,
  };
}

const times = { lastUpdateTime: '2026-01-01T00:00:00Z', lastTransitionTime: '2026-01-01T00:00:00Z' };
const approved: Condition = { type: 'Approved', status: 'True', ...times };
const denied: Condition = { type: 'Denied', status: 'True' };

function errorsOf(object: CertificateSigningRequest): readonly string[] {
  return rules.validateCreate!(object as never).map(formatFieldError);
}

function changeErrors(part: 'approval' | 'status', next: object, old: object): readonly string[] {
  const part_ = part === 'status' ? rules.status! : rules.objectSubresources!['approval']!;
  const before = csr({}, old);
  const prepared = part_.prepareForUpdate(csr({}, next) as never, before as never, context);
  return part_.validateUpdate!(prepared, before as never).map(formatFieldError);
}

describe('a new request', () => {
  test('is a request in PEM, for known usages, to a signer with a full name', () => {
    assert.deepEqual(errorsOf(csr()), []);
    assert.deepEqual(errorsOf(csr({ request: 'Y3Ny', usages: [], signerName: 'x', expirationSeconds: 1 })), [
      'spec.request: Invalid value: "Y3Ny": PEM block type must be CERTIFICATE REQUEST',
      'spec.usages: Required value',
      `spec.signerName: Invalid value: "x": must be a fully qualified domain and path of the form 'example.com/signer-name'`,
      'spec.expirationSeconds: Invalid value: 1: may not specify a duration less than 600 seconds (10 minutes)',
    ]);
    const [unknown, repeated] = errorsOf(csr({ usages: ['cooking', 'any', 'any'] }));
    assert.match(unknown!, /^spec\.usages\[0\]: Unsupported value: "cooking": supported values: "any", "cert sign", /);
    assert.equal(repeated, 'spec.usages[2]: Duplicate value: "any"');
    assert.deepEqual(errorsOf(csr({ signerName: 'kubernetes.io/legacy-unknown' })), [
      'spec.signerName: Invalid value: "kubernetes.io/legacy-unknown": the legacy signerName is not allowed via this API version',
    ]);
  });

  test('names a signer by a domain and a path', () => {
    const problems = (name: string) => validateSignerName('f', name).map(formatFieldError);
    assert.deepEqual(problems('a.example/b.c'), []);
    assert.deepEqual(problems(''), ['f: Required value']);
    assert.deepEqual(problems('example/b'), [
      'f: Invalid value: "example": should be a domain with at least two segments separated by dots',
    ]);
    assert.match(problems('a.example/B')[0]!, /^f: Invalid value: "B": validating label "B": a lowercase RFC 1123/);
  });
});

describe('a decision', () => {
  test('is either for or against, and stays', () => {
    assert.deepEqual(changeErrors('approval', { conditions: [approved] }, {}), []);
    assert.deepEqual(changeErrors('approval', { conditions: [approved, denied] }, {}), [
      'status.conditions: Invalid value: "Denied": Approved and Denied conditions are mutually exclusive',
    ]);
    assert.deepEqual(changeErrors('approval', { conditions: [] }, { conditions: [approved] }), [
      'status.conditions: Forbidden: updates may not remove a condition of type "Approved"',
    ]);
    assert.deepEqual(changeErrors('approval', { conditions: [{ ...approved, status: 'False' }] }, {}), [
      'status.conditions[0].status: Unsupported value: "False": supported values: "True"',
    ]);
  });

  test('is made through approval alone', () => {
    assert.deepEqual(changeErrors('status', { conditions: [approved] }, {}), [
      'status.conditions: Forbidden: updates may not add a condition of type "Approved"',
    ]);
    assert.deepEqual(
      changeErrors('status', { conditions: [{ ...approved, reason: 'mine' }] }, { conditions: [approved] }),
      [],
    );
    const failed = { type: 'Failed', status: 'True', reason: 'x', message: 'y' };
    assert.deepEqual(changeErrors('status', { conditions: [failed] }, {}), []);
  });

  test('gets the time at which it was made', () => {
    const { prepareForUpdate } = rules.objectSubresources!['approval']!;
    const next = prepareForUpdate(
      csr({}, { conditions: [{ type: 'Approved', status: 'True' }] }) as never,
      csr() as never,
      context,
    );
    assert.deepEqual((next as CertificateSigningRequest).status?.conditions, [approved]);
  });
});

test('a certificate is issued once, by who writes the status', () => {
  const certificate = Buffer.from('x').toString('base64');
  assert.deepEqual(changeErrors('status', { certificate }, {}), [
    'status.certificate: Invalid value: "<certificate data>": must contain at least one CERTIFICATE PEM block',
  ]);
  assert.deepEqual(changeErrors('approval', { certificate }, {}), []);
  assert.deepEqual(changeErrors('status', { certificate: '' }, { certificate }), [
    'status.certificate: Forbidden: updates may not modify existing certificate content',
  ]);
});
