import { formatServiceAccountUser, type TokenSettings } from '../apiserver/auth/index.ts';
import type { SignSecretToken } from '../controllers/index.ts';

/** How kube-controller-manager's part signs tokens for Secrets: with the key of the API server's own. */
export function secretTokenSigner({ signer }: TokenSettings): SignSecretToken {
  return ({ metadata: { namespace = '', name = '', uid = '' } }, secretName) =>
    signer.signLegacy({
      iss: 'kubernetes/serviceaccount',
      sub: formatServiceAccountUser({ namespace, name }),
      'kubernetes.io/serviceaccount/namespace': namespace,
      'kubernetes.io/serviceaccount/secret.name': secretName,
      'kubernetes.io/serviceaccount/service-account.name': name,
      'kubernetes.io/serviceaccount/service-account.uid': uid,
    });
}
