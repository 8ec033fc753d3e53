import { type StatusError, statusError } from '../../machinery/index.ts';
import type { AdmissionRequest } from '../core-contract.ts';

/** Kubernetes: `admission.NewForbidden`. A name that has yet to be generated is named by its prefix. */
export function forbid(request: AdmissionRequest, why: string): StatusError {
  return statusError.forbidden(request.resource.version.type, nameFor(request), why);
}

function nameFor(request: AdmissionRequest): string {
  if (request.name !== '') return request.name;
  const metadata = request.object?.metadata;
  return metadata?.name || metadata?.generateName || 'Unknown';
}
