import type { TokenSigner } from './token-signer.ts';

export interface TokenSettings {
  readonly signer: TokenSigner;
  /** Kubernetes: `--service-account-issuer`; the server itself is the default audience. */
  readonly issuer: string;
  /** Whom a token must be meant for to be accepted here. The first is what a TokenRequest without audiences gets. */
  readonly audiences: readonly string[];
}

/** Kubernetes: kubeadm's issuer. */
export const defaultIssuer = 'https://kubernetes.default.svc.cluster.local';
