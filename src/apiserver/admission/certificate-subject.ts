import type { CertificateSigningRequest } from '../../api/generated/index.ts';
import { parseCertificateRequest } from '../../machinery/index.ts';
import { decodeBase64Text } from '../../machinery/protobuf/index.ts';
import type { AdmissionPlugin, AdmissionRequest } from '../core-contract.ts';
import { forbid } from './admission-error.ts';
import { isResource } from './admitted-resource.ts';

const clientSigner = 'kubernetes.io/kube-apiserver-client';
const kubeletSigners: readonly string[] = [
  'kubernetes.io/kube-apiserver-client-kubelet',
  'kubernetes.io/kubelet-serving',
];

/** Nobody gets a certificate of the group that may do anything: it could not be taken back. */
export function createCertificateSubjectRestriction(): AdmissionPlugin {
  return {
    name: 'CertificateSubjectRestriction',
    handles: (resource, subresource, operation) =>
      isResource(resource, 'certificates.k8s.io', 'certificatesigningrequests') &&
      subresource === '' &&
      operation === 'CREATE',
    validate(request) {
      const csr = request.object as CertificateSigningRequest;
      if (csr.spec.signerName !== clientSigner) return;
      const { request: parsed, problem } = readRequest(csr);
      if (problem !== undefined) throw forbid(request, `failed to parse CSR: ${problem}`);
      if (!parsed.subject.organizations.includes('system:masters')) return;
      throw forbid(request, `use of ${clientSigner} signer with system:masters group is not allowed`);
    },
  };
}

/** Kubernetes: a part of NodeRestriction: a node asks the kubelets' signers for certificates of its own name only. */
export function checkCertificateOfNode(request: AdmissionRequest, nodeName: string): void {
  if (request.operation !== 'CREATE') return;
  const csr = request.object as CertificateSigningRequest;
  if (!kubeletSigners.includes(csr.spec.signerName)) return;
  const { request: parsed, problem } = readRequest(csr);
  if (problem !== undefined) throw forbid(request, `unable to parse csr: ${problem}`);
  const wanted = `system:node:${nodeName}`;
  if (parsed.subject.commonName !== wanted) throw forbid(request, `can only create a node CSR with CN=${wanted}`);
}

function readRequest({ spec }: CertificateSigningRequest) {
  return parseCertificateRequest(decodeBase64Text(spec.request) ?? '');
}
