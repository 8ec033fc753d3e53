import type { AuthorizationDecision, CallContext } from '../core-contract.ts';

/** Kubernetes: what an audit event says of who was allowed what, and why. */
export function annotateDecision(
  call: Pick<CallContext, 'annotate'>,
  { allowed, reason }: AuthorizationDecision,
): void {
  call.annotate?.('authorization.k8s.io/decision', allowed ? 'allow' : 'forbid');
  call.annotate?.('authorization.k8s.io/reason', reason);
}
