import type { Naming } from './naming.ts';
import { pretty, type QueryParameter } from './operation-parameters.ts';
import type { GroupVersionKind } from './published-resource.ts';

/** What an operation sends or returns: a definition, text, or nothing. */
export type Payload =
  | { readonly kind: 'definition'; readonly of: GroupVersionKind | SharedDefinition }
  | { readonly kind: 'list'; readonly of: GroupVersionKind }
  | { readonly kind: 'text' };

/** Definitions that no one kind owns, as definitions of `meta/v1`; `Info` is the version's. */
export type SharedDefinition =
  | 'Patch'
  | 'Status'
  | 'DeleteOptions'
  | 'WatchEvent'
  | 'APIVersions'
  | 'APIGroupList'
  | 'APIGroup'
  | 'APIResourceList'
  | 'Info';

/** One operation, in neither edition's form. */
export interface Operation {
  readonly method: 'get' | 'put' | 'post' | 'delete' | 'patch' | 'head' | 'options';
  readonly id: string;
  readonly description: string;
  readonly tag: string;
  /** `x-kubernetes-action`; absent for what is not about a resource. */
  readonly action?: string | undefined;
  readonly kind?: GroupVersionKind | undefined;
  readonly query: readonly QueryParameter[];
  readonly body?: { readonly payload: Payload; readonly isRequired: boolean } | undefined;
  readonly response: Payload;
  /** Successful status codes. */
  readonly codes: readonly number[];
  /** Where it is neither what resources are answered as nor what their lists are. */
  readonly contentTypes?: readonly string[] | undefined;
  /** Kubernetes: a CRD's objects have no protobuf. */
  readonly isCustom: boolean;
}

export interface PathItem {
  readonly path: string;
  /** Names of path parameters, in order. */
  readonly pathParameters: readonly string[];
  readonly operations: readonly Operation[];
}

type Given = 'tag' | 'kind' | 'query' | 'codes' | 'isCustom';

export type OperationDraft = Omit<Operation, Given> & Partial<Pick<Operation, 'kind' | 'query' | 'codes'>>;

/** An operation on a resource: with its kind and tag, and `pretty`, which everything accepts. */
export function completeOperation(naming: Naming, draft: OperationDraft): Operation {
  const { tag, kind, isCustom } = naming;
  return { tag, kind, isCustom, codes: [200], ...draft, query: [...(draft.query ?? []), ...pretty] };
}
