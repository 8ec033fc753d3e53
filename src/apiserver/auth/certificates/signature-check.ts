import type { CertificateSigningRequest } from '../../../api/generated/index.ts';
import {
  type CertificateOperations,
  fieldError,
  parseCertificateRequest,
  statusError,
} from '../../../machinery/index.ts';
import { decodeBase64Text } from '../../../machinery/protobuf/index.ts';
import type { AdmissionPlugin } from '../../core-contract.ts';

/**
 * Refuses requests for certificates whose sender does not show that the key is theirs. Kubernetes: a part of their
 * validation; here a gate of its own, because validation is pure and knows no cryptography.
 */
export function createSignatureCheck(operations: CertificateOperations): AdmissionPlugin {
  return {
    name: 'CertificateSignature',
    handles: ({ version: { type } }, subresource, operation) =>
      type.group === 'certificates.k8s.io' &&
      type.resource === 'certificatesigningrequests' &&
      subresource === '' &&
      operation === 'CREATE',
    validate({ object, name }) {
      const { spec } = object as CertificateSigningRequest;
      const { request } = parseCertificateRequest(decodeBase64Text(spec.request) ?? '');
      const problem = request === undefined ? undefined : operations.findSignatureProblem(request);
      if (problem === undefined) return;
      const subject = {
        group: 'certificates.k8s.io',
        resource: 'certificatesigningrequests',
        kind: 'CertificateSigningRequest',
      };
      throw statusError.invalid(subject, name, [fieldError.invalid('spec.request', spec.request, problem)]);
    },
  };
}
