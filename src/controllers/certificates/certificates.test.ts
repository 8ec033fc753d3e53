import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { certificateRequests } from '../../../test/fixtures/certificate-requests.ts';
import { describeSteps, reconcile } from '../../../test/fixtures/view-of.ts';
import type { CertificateSigningRequest } from '../../api/generated/index.ts';
import type { UpdateStep } from '../../client/index.ts';
import type { CertificateOrder } from '../../machinery/index.ts';
import { parseTime } from '../../world/index.ts';
import { certificateCleaner, certificateSigner } from './index.ts';

const at = '2026-01-01T00:00:00Z';
const approved = { type: 'Approved', status: 'True', lastUpdateTime: at };
type Spec = CertificateSigningRequest['spec'];

function csr(
  status: CertificateSigningRequest['status'] = { conditions: [approved] },
  spec: Partial<Spec> = {},
): CertificateSigningRequest {
  return {
    kind: 'CertificateSigningRequest',
    metadata: { name: 'c', creationTimestamp: at },
    spec: {
      request: certificateRequests.node,
      signerName: 'kubernetes.io/kube-apiserver-client-kubelet',
      usages: ['digital signature', 'client auth'],
      ...spec,
    },
    status,
  };
}

describe('the signer', () => {
  function sign(object: CertificateSigningRequest) {
    const orders: CertificateOrder[] = [];
    const signer = certificateSigner({
      findSignatureProblem: () => undefined,
      sign: order => {
        orders.push(order);
        return 'PEM';
      },
    });
    const steps = reconcile(signer, { object, now: at });
    return {
      steps,
      orders,
      status: (steps[0] as UpdateStep | undefined)?.object as CertificateSigningRequest | undefined,
    };
  }

  test('signs what is approved, once', () => {
    const { steps, orders, status } = sign(csr());
    assert.deepEqual(describeSteps(steps), ['update certificatesigningrequests/status c']);
    assert.equal(status?.status?.certificate, 'UEVN');
    assert.equal(orders[0]?.request.subject.commonName, 'system:node:n1');
    assert.deepEqual(sign(csr({})).steps, []);
    assert.deepEqual(sign(csr({ conditions: [approved], certificate: 'UEVN' })).steps, []);
    assert.deepEqual(sign(csr({ conditions: [approved, { type: 'Denied', status: 'True' }] })).steps, []);
    assert.deepEqual(sign(csr(undefined, { signerName: 'a.example/b' })).steps, []);
  });

  test('says why it does not sign', () => {
    const messageFor = (spec: Partial<Spec>) => {
      const { status, orders } = sign(csr(undefined, spec));
      assert.deepEqual(orders, []);
      const { type, reason, message } = status!.status!.conditions![1]!;
      assert.deepEqual([type, reason], ['Failed', 'SignerValidationFailure']);
      return message;
    };
    const { user, serving } = certificateRequests;
    const server = 'kubernetes.io/kubelet-serving';
    const client = 'kubernetes.io/kube-apiserver-client';
    assert.equal(messageFor({ request: user }), 'subject organization is not system:nodes');
    assert.equal(messageFor({ request: serving }), 'DNS subjectAltNames are not allowed');
    assert.equal(
      messageFor({ usages: ['client auth'] }),
      'usages did not match [client auth digital signature key encipherment]',
    );
    assert.equal(messageFor({ signerName: server }), 'DNS or IP subjectAltName is required');
    assert.equal(
      messageFor({ signerName: server, request: serving }),
      'usages did not match [digital signature key encipherment server auth]',
    );
    assert.equal(
      messageFor({ signerName: client, usages: ['server auth'] }),
      'invalid usage for client certificate: server auth',
    );
    assert.equal(
      messageFor({ signerName: client, usages: ['digital signature'] }),
      'missing required usage for client certificate: client auth',
    );
    assert.equal(sign(csr({ conditions: [approved, { type: 'Failed', status: 'True' }] })).steps.length, 0);
  });

  test('gives a year, or less to who asks for less', () => {
    const minutesFor = (expirationSeconds: number | undefined) => {
      const { notBeforeMs, notAfterMs } = sign(csr(undefined, { expirationSeconds })).orders[0]!;
      assert.equal(notBeforeMs, parseTime(at) - 5 * 60_000);
      return (notAfterMs - parseTime(at)) / 60_000;
    };
    assert.equal(minutesFor(undefined), 365 * 24 * 60 - 5);
    assert.equal(minutesFor(1e9), 365 * 24 * 60 - 5);
    assert.equal(minutesFor(600), 10);
    assert.equal(minutesFor(24 * 3600), 24 * 60 - 5);
  });
});

test('the cleaner lets requests go when they have had their time', () => {
  const stepsAt = (now: string, status: CertificateSigningRequest['status']) =>
    describeSteps(reconcile(certificateCleaner, { object: csr(status), now }));
  const gone = ['delete certificatesigningrequests c'];
  const hourMs = 3600_000;
  assert.deepEqual(stepsAt(at, {}), [`again ${24 * hourMs + 1}`]);
  assert.deepEqual(stepsAt('2026-01-02T00:00:01Z', {}), gone);
  assert.deepEqual(stepsAt('2026-01-01T01:00:01Z', { conditions: [{ ...approved, type: 'Denied' }] }), gone);
  assert.deepEqual(stepsAt('2026-01-01T01:00:01Z', { conditions: [{ ...approved, type: 'Failed' }] }), gone);
  assert.deepEqual(stepsAt('2026-01-01T01:00:01Z', { conditions: [approved] }), [`again ${23 * hourMs - 999}`]);
  assert.deepEqual(stepsAt('2026-01-01T01:00:01Z', { conditions: [approved], certificate: 'UEVN' }), gone);
  assert.deepEqual(stepsAt('2026-01-02T00:00:01Z', { conditions: [approved] }), gone);
});
