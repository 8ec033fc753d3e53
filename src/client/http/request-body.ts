import type { PatchType, RequestOptions, ResourceRequest, Verb } from '../transport.ts';

const patchTypes: Readonly<Record<PatchType, string>> = {
  json: 'application/json-patch+json',
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
  apply: 'application/apply-patch+yaml',
};

export interface EncodedBody {
  readonly contentType: string;
  readonly text: string;
}

export const methods: Readonly<Record<Verb, string>> = {
  get: 'GET',
  list: 'GET',
  watch: 'GET',
  create: 'POST',
  update: 'PUT',
  patch: 'PATCH',
  delete: 'DELETE',
  deletecollection: 'DELETE',
};

/** What goes with the request; undefined for those that carry nothing. JSON is YAML, so an apply is JSON as well. */
export function encodeBody(request: ResourceRequest): EncodedBody | undefined {
  const { verb, body, options = {} } = request;
  if (verb === 'delete' || verb === 'deletecollection') return encodeDeletion(body, options);
  if (body === undefined) return undefined;
  const contentType = verb === 'patch' ? patchTypes[request.patchType ?? 'merge'] : 'application/json';
  return { contentType, text: JSON.stringify(body) };
}

function encodeDeletion(body: unknown, options: RequestOptions): EncodedBody | undefined {
  const { gracePeriodSeconds, propagationPolicy, preconditions, dryRun } = options;
  const given = {
    gracePeriodSeconds,
    propagationPolicy,
    preconditions,
    dryRun: dryRun === true ? ['All'] : undefined,
    ...(body as object | undefined),
  };
  if (Object.values(given).every(value => value === undefined)) return undefined;
  return {
    contentType: 'application/json',
    text: JSON.stringify({ kind: 'DeleteOptions', apiVersion: 'v1', ...given }),
  };
}
