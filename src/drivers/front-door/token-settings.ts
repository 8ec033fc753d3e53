import { defaultIssuer, type TokenSettings } from '../../apiserver/auth/index.ts';
import type { ClusterPki } from '../tls/index.ts';
import { createJoseTokenSigner } from '../tokens/index.ts';

/** How ServiceAccount tokens are signed with the cluster's key. Needed before the control plane starts. */
export function createTokenSettings(pki: Pick<ClusterPki, 'serviceAccountKey'>): TokenSettings {
  const signer = createJoseTokenSigner(pki.serviceAccountKey);
  return { signer, issuer: defaultIssuer, audiences: [defaultIssuer] };
}
