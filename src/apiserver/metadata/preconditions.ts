import { type StatusError, statusError } from '../../machinery/index.ts';
import type { Endpoint } from '../resources/endpoint.ts';

/** Kubernetes: the conflict of an update whose object names another uid than the one that stands. */
export function preconditionFailed(
  endpoint: Endpoint,
  namespace: string,
  name: string,
  wanted: string,
  standing: string,
): StatusError {
  const { resource } = endpoint.type;
  const key = namespace === '' ? `/registry/${resource}/${name}` : `/registry/${resource}/${namespace}/${name}`;
  return statusError.conflict(
    endpoint.subject,
    name,
    `StorageError: invalid object, Code: 4, Key: ${key}, ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in precondition: ${wanted}, UID in object meta: ${standing}`,
  );
}
