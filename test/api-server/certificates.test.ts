import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import {
  type CertificateSigningRequest,
  certificateSigningRequests,
  clusterRoleBindings,
  selfSubjectReviews,
} from '../../src/api/generated/index.ts';
import { createLocalTransport } from '../../src/apiserver/index.ts';
import { Client } from '../../src/client/index.ts';
import { HttpsTransport } from '../../src/drivers/transport/index.ts';
import { findKubectls, runKubectl } from './kubectl.ts';
import { type RunningApiServer, startApiServer } from './start-api-server.ts';

let running: RunningApiServer;
before(async () => {
  running = await startApiServer({ hasControllers: true });
});
after(() => running[Symbol.asyncDispose]());

/** A key and a request for a certificate, as people make them with OpenSSL. */
function makeRequest(name: string, subject: string): { readonly key: string; readonly request: string } {
  const [keyFile, file] = [join(running.directory, `${name}.key`), join(running.directory, `${name}.csr`)];
  const args = ['req', '-new', '-newkey', 'rsa:2048', '-nodes', '-keyout', keyFile, '-subj', subject, '-out', file];
  execFileSync('openssl', args, { stdio: 'pipe' });
  return { key: readFileSync(keyFile, 'utf8'), request: readFileSync(file).toString('base64') };
}

async function untilIssued(name: string): Promise<string> {
  for (let i = 0; i < 200; i++) {
    const { status } = await running.client.get(certificateSigningRequests, { name });
    if (status?.certificate) return Buffer.from(status.certificate, 'base64').toString();
    await new Promise(resolve => setTimeout(resolve, 20));
  }
  throw new Error(`no certificate has been issued for ${name}`);
}

async function whoIs(certificate: string, key: string) {
  const transport = new HttpsTransport({
    connection: {
      server: `https://127.0.0.1:${running.port}`,
      certificateAuthority: running.pki.authority.certificate,
      clientCertificate: certificate,
      clientKey: key,
    },
  });
  try {
    const review = await new Client(transport).create(selfSubjectReviews, { metadata: {} });
    return review.status?.userInfo;
  } finally {
    transport.close();
  }
}

function requestOf(name: string, request: string, more: Partial<CertificateSigningRequest['spec']> = {}) {
  const signerName = 'kubernetes.io/kube-apiserver-client';
  return { metadata: { name }, spec: { request, signerName, usages: ['client auth'], ...more } };
}

describe('a certificate', () => {
  test('that somebody has approved lets its owner in', async () => {
    const { key, request } = makeRequest('jane', '/O=developers/CN=jane');
    await running.client.create(certificateSigningRequests, requestOf('jane', request, { expirationSeconds: 3600 }));
    const [kubectl] = findKubectls();
    const approved = await runKubectl(kubectl!, running.kubeconfig, ['certificate', 'approve', 'jane']);
    assert.equal(approved.code, 0, approved.stderr);
    const pem = await untilIssued('jane');
    const certificate = new X509Certificate(pem);
    assert.equal(certificate.validToDate.getTime() - certificate.validFromDate.getTime(), 65 * 60_000);
    const user = await whoIs(pem, key);
    assert.equal(user?.username, 'jane');
    assert.deepEqual(user?.groups, ['developers', 'system:authenticated']);
    const shown = await runKubectl(kubectl!, running.kubeconfig, ['get', 'csr', 'jane', '--no-headers']);
    assert.match(shown.stdout.toString(), /kubernetes-admin +60m +Approved,Issued/);
  });

  test('of a node comes by itself, to who may ask for it', async () => {
    const bootstrapper = {
      username: 'system:bootstrap:abcdef',
      groups: ['system:bootstrappers', 'system:authenticated'],
    };
    const group = 'rbac.authorization.k8s.io';
    for (const role of [
      'system:node-bootstrapper',
      'system:certificates.k8s.io:certificatesigningrequests:nodeclient',
    ]) {
      await running.client.create(clusterRoleBindings, {
        metadata: { name: `bootstrap-${role.length}` },
        roleRef: { apiGroup: group, kind: 'ClusterRole', name: role },
        subjects: [{ kind: 'Group', name: 'system:bootstrappers', apiGroup: group }],
      });
    }
    const { key, request } = makeRequest('n1', '/O=system:nodes/CN=system:node:n1');
    const kubelet = new Client(createLocalTransport(running.server, bootstrapper));
    const spec = {
      signerName: 'kubernetes.io/kube-apiserver-client-kubelet',
      usages: ['client auth', 'digital signature'],
    };
    await kubelet.create(certificateSigningRequests, requestOf('n1', request, spec));
    const pem = await untilIssued('n1');
    assert.equal((await whoIs(pem, key))?.username, 'system:node:n1');
    const { status } = await running.client.get(certificateSigningRequests, { name: 'n1' });
    assert.deepEqual(
      status?.conditions?.map(({ type, reason, message }) => [type, reason, message]),
      [['Approved', 'AutoApproved', 'Auto approving kubelet client certificate after SubjectAccessReview.']],
    );
  });

  test('is refused to who does not have the key', async () => {
    const { request } = makeRequest('eve', '/CN=eve');
    const der = Buffer.from(
      Buffer.from(request, 'base64')
        .toString()
        .replaceAll(/-----.*-----|\n/g, ''),
      'base64',
    );
    der[der.length - 1]! ^= 1;
    const pem = `-----BEGIN CERTIFICATE REQUEST-----\n${der.toString('base64')}\n-----END CERTIFICATE REQUEST-----\n`;
    const forged = Buffer.from(pem).toString('base64');
    await assert.rejects(running.client.create(certificateSigningRequests, requestOf('eve', forged)), {
      code: 422,
      message: `CertificateSigningRequest.certificates.k8s.io "eve" is invalid: spec.request: Invalid value: ${JSON.stringify(forged)}: crypto/rsa: verification error`,
    });
  });
});
