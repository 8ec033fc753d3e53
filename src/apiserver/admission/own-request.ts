import { serverUser } from '../auth/well-known-users.ts';
import type { AdmissionRequest } from '../core-contract.ts';

/**
 * Whether the server itself writes: its Service and endpoints, the default policy, what quotas have counted. Differs from
 * Kubernetes: nobody configured is asked about that. A webhook that refuses everything, or is gone, would otherwise keep
 * the server from starting, and then nobody could mend it; upstream starts and tries again for ever.
 */
export function isOwnRequest({ call }: AdmissionRequest): boolean {
  return call.user === serverUser;
}
