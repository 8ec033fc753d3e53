import type { AnonymousAccess, JwtIssuer, JwtSignatures } from './oidc/index.ts';
import type { TokenWebhookOptions } from './webhook/index.ts';

/** Who is let in besides owners of certificates and of ServiceAccount tokens. */
export interface AuthenticationOptions {
  /** Issuers of tokens, checked already, and the algorithms by which their tokens may be signed. */
  readonly issuers?:
    | {
        readonly configurations: readonly JwtIssuer[];
        readonly algorithms: readonly string[];
        readonly signatures: JwtSignatures;
      }
    | undefined;
  /** Whoever else knows whose a token is. Asked last. */
  readonly webhook?: TokenWebhookOptions | undefined;
  /** Kubernetes: `--enable-bootstrap-token-auth`. Default true, as kubeadm sets it. */
  readonly hasBootstrapTokens?: boolean | undefined;
  /** Default: anybody, for every path; what they may do is the policy's to say. */
  readonly anonymous?: AnonymousAccess | undefined;
}
