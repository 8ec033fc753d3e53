import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { certificateRequests } from '../../../test/fixtures/certificate-requests.ts';
import { refusalOf, TestServer } from '../../../test/fixtures/test-server.ts';
import { certificateSigningRequests } from '../../api/generated/index.ts';

const requestFor = (request: string, signer: string) => ({
  metadata: { name: 'c' },
  spec: { request, usages: ['client auth', 'digital signature'], signerName: `kubernetes.io/${signer}` },
});

describe('a request for a certificate', () => {
  it('may not be for the group that may do anything', async () => {
    using api = await TestServer.start();
    const wanted = requestFor(certificateRequests.masters, 'kube-apiserver-client');
    assert.equal(
      (await refusalOf(api.client.create(certificateSigningRequests, wanted))).message,
      'certificatesigningrequests.certificates.k8s.io "c" is forbidden: use of kubernetes.io/kube-apiserver-client signer with system:masters group is not allowed',
    );
    await api.client.create(certificateSigningRequests, requestFor(certificateRequests.user, 'kube-apiserver-client'));
  });

  it('of a node is for that node', async () => {
    using api = await TestServer.start();
    const node = (name: string) => api.clientOf({ username: `system:node:${name}`, groups: ['system:nodes'] });
    const wanted = requestFor(certificateRequests.node, 'kube-apiserver-client-kubelet');
    assert.equal(
      (await refusalOf(node('n2').create(certificateSigningRequests, wanted))).message,
      'certificatesigningrequests.certificates.k8s.io "c" is forbidden: can only create a node CSR with CN=system:node:n2',
    );
    await node('n1').create(certificateSigningRequests, wanted);
  });
});
