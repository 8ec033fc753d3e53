import { type LabelSelector, type Namespace, namespaces } from '../../../api/generated/index.ts';
import {
  type KubeObject,
  type LabelMatcher,
  type Labels,
  readLabelSelector,
  statusError,
} from '../../../machinery/index.ts';
import type { AdmissionRequest } from '../../core-contract.ts';
import type { ObjectView } from '../../object-view.ts';

/** Selectors are parts of stored objects: read once, however many requests they are held against. */
const matchers = new WeakMap<LabelSelector, LabelMatcher | 'everything'>();

function matcherOf(selector: LabelSelector | undefined): LabelMatcher | 'everything' {
  if (selector === undefined) return 'everything';
  let matcher = matchers.get(selector);
  if (matcher === undefined) {
    const { matchLabels = {}, matchExpressions = [] } = selector;
    const isEmpty = Object.keys(matchLabels).length === 0 && matchExpressions.length === 0;
    const read = isEmpty ? undefined : readLabelSelector(selector);
    if (read?.problem !== undefined) throw statusError.internal(read.problem);
    matcher = read?.value ?? 'everything';
    matchers.set(selector, matcher);
  }
  return matcher;
}

export interface Selectors {
  readonly namespaceSelector?: LabelSelector | undefined;
  readonly objectSelector?: LabelSelector | undefined;
}

/** Throws the 404 of a namespace that is not there. */
export function isSelected(
  { namespaceSelector, objectSelector }: Selectors,
  request: AdmissionRequest,
  view: ObjectView,
): boolean {
  const objects = matcherOf(objectSelector);
  if (objects !== 'everything' && !hasLabels(request.object, objects) && !hasLabels(request.old, objects)) return false;
  const spaces = matcherOf(namespaceSelector);
  if (spaces === 'everything') return true;
  // Kubernetes: what lives in no namespace is not sorted out by one's labels.
  return (request.namespace === '' && !isNamespaceKind(request)) || spaces.matches(namespaceLabels(request, view));
}

function hasLabels(object: KubeObject | undefined, matcher: LabelMatcher): boolean {
  // Kubernetes: objects without metadata (DeleteOptions, PodExecOptions) match no selector that says anything.
  return object?.metadata !== undefined && matcher.matches(object.metadata.labels);
}

/** Kubernetes: a namespace being written is judged by the labels that it is to have. */
export function namespaceLabels(request: AdmissionRequest, view: ObjectView): Labels | undefined {
  const isWritten = request.operation === 'CREATE' || request.operation === 'UPDATE';
  if (isNamespaceKind(request) && request.subresource === '' && isWritten) return request.object!.metadata.labels;
  const found = view.get(namespaces, undefined, request.namespace);
  if (found === undefined) throw statusError.notFound(namespaces, request.namespace);
  return found.metadata.labels;
}

/** Kubernetes: `namespaceObject` is null for cluster-scoped objects, namespaces themselves among them. */
export function findNamespace(request: AdmissionRequest, view: ObjectView): Namespace | undefined {
  if (request.namespace === '' || isNamespaceKind(request)) return undefined;
  return view.get(namespaces, undefined, request.namespace);
}

export function isNamespaceKind({ resource }: AdmissionRequest): boolean {
  const { type } = resource.version;
  return type.resource === 'namespaces' && type.group === '';
}
