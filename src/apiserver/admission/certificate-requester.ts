import type { CertificateSigningRequest } from '../../api/generated/index.ts';
import type { AdmissionPlugin } from '../core-contract.ts';
import { isResource } from './admitted-resource.ts';

/**
 * Notes in a request for a certificate who made it, whatever it says itself. Kubernetes: the strategy of
 * CertificateSigningRequests; here a plugin, because rules do not know the caller.
 */
export function createCertificateRequester(): AdmissionPlugin {
  return {
    name: 'CertificateRequester',
    handles: (resource, subresource, operation) =>
      isResource(resource, 'certificates.k8s.io', 'certificatesigningrequests') &&
      subresource === '' &&
      operation === 'CREATE',
    mutate(request) {
      const csr = request.object as CertificateSigningRequest;
      const { username, uid, groups, extra } = request.call.user;
      return { ...csr, spec: { ...csr.spec, username, uid, groups, extra } } as CertificateSigningRequest;
    },
  };
}
