import { statusError } from '../../machinery/index.ts';
import type { ListRequest } from '../object-cache.ts';
import { decodeContinue } from './continue-token.ts';

/** What a list's options come to. */
export interface ListPlan {
  /** List the state at exactly this revision; absent: the latest. */
  readonly exactRevision?: number | undefined;
  /** The latest state must not be older than this. */
  readonly minimumRevision: number;
  readonly startKey: string;
  readonly isContinued: boolean;
}

/**
 * Kubernetes: `k8s.io/apiserver/pkg/storage.ValidateListOptions`. `prefix` is what the keys of the list begin with.
 * Throws a `StatusError` (400) for a malformed token or revision.
 */
export function planList(request: ListRequest, prefix: string): ListPlan {
  const { resourceVersion = '', resourceVersionMatch = '', limit = 0 } = request;
  if (request.continue !== undefined && request.continue !== '') return planContinued(request, prefix);
  const revision = parseResourceVersion(resourceVersion);
  // Kubernetes: the legacy meaning of a revision without a match is "exactly" for paged lists, "at least" for others.
  const isExact = resourceVersionMatch === 'Exact' || (resourceVersionMatch === '' && limit > 0);
  return {
    exactRevision: isExact && revision > 0 ? revision : undefined,
    minimumRevision: revision,
    startKey: prefix,
    isContinued: false,
  };
}

function planContinued(request: ListRequest, prefix: string): ListPlan {
  const { revision, startKey } = decodeContinue(request.continue!, prefix);
  if (request.resourceVersion !== undefined && request.resourceVersion !== '' && request.resourceVersion !== '0')
    throw statusError.badRequest('specifying resource version is not allowed when using continue');
  return { exactRevision: revision > 0 ? revision : undefined, minimumRevision: 0, startKey, isContinued: true };
}

/** The revision that a `resourceVersion` names; 0 for `''` and `'0'`. Throws a `StatusError` (400) for other texts. */
export function parseResourceVersion(text: string): number {
  if (text === '') return 0;
  const revision = /^[0-9]+$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isSafeInteger(revision)) return revision;
  const quoted = JSON.stringify(text);
  const why = `resourceVersion: Invalid value: ${quoted}: strconv.ParseUint: parsing ${quoted}: invalid syntax`;
  throw statusError.badRequest(`invalid resource version: ${why}`);
}
