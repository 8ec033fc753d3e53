import type { CertificateSigningRequest } from '../../api/generated/index.ts';
import { isSemanticallyEqual } from '../../machinery/index.ts';
import type { AdmissionPlugin, AdmissionRequest, Authorizer } from '../core-contract.ts';
import { forbid } from './admission-error.ts';
import { isResource } from './admitted-resource.ts';

const group = 'certificates.k8s.io';

/** Who approves a certificate must be allowed to approve for its signer. */
export function createCertificateApproval(authorizer: Authorizer): AdmissionPlugin {
  return {
    name: 'CertificateApproval',
    handles: (resource, subresource, operation) =>
      isResource(resource, group, 'certificatesigningrequests') && subresource === 'approval' && operation === 'UPDATE',
    validate: request => demand(authorizer, request, 'approve'),
  };
}

/** Who writes a certificate, or what became of it, must be allowed to sign for its signer. */
export function createCertificateSigning(authorizer: Authorizer): AdmissionPlugin {
  return {
    name: 'CertificateSigning',
    handles: (resource, subresource, operation) =>
      isResource(resource, group, 'certificatesigningrequests') && subresource === 'status' && operation === 'UPDATE',
    validate(request) {
      const { status } = request.object as CertificateSigningRequest;
      const before = (request.old as CertificateSigningRequest).status;
      const isSame =
        status?.certificate === before?.certificate && isSemanticallyEqual(status?.conditions, before?.conditions);
      if (!isSame) demand(authorizer, request, 'sign');
    },
  };
}

/** Kubernetes: for the signer itself, or for all of its domain. */
function demand(authorizer: Authorizer, request: AdmissionRequest, verb: string): void {
  const { signerName } = (request.old as CertificateSigningRequest).spec;
  const domain = signerName.slice(0, signerName.indexOf('/'));
  const { user } = request.call;
  for (const name of [signerName, `${domain}/*`]) {
    const attributes = { user, verb, group, version: '*', resource: 'signers', subresource: '', namespace: '', name };
    if (authorizer.authorize(attributes).allowed) return;
  }
  throw forbid(request, `user not permitted to ${verb} requests with signerName "${signerName}"`);
}
