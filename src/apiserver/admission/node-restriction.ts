import {
  type Node,
  nodes,
  type PersistentVolumeClaim,
  type Pod,
  pods,
  type ResourceSlice,
} from '../../api/generated/index.ts';
import { findApiReference } from '../../api/references/index.ts';
import { isSemanticallyEqual, type KubeObject, statusError } from '../../machinery/index.ts';
import { nodeNameOf } from '../auth/node/index.ts';
import type {
  AdmissionOperation,
  AdmissionPlugin,
  AdmissionRequest,
  Authorizer,
  ServedResource,
} from '../core-contract.ts';
import type { ObjectView } from '../object-view.ts';
import { forbid } from './admission-error.ts';
import { checkCertificateOfNode } from './certificate-subject.ts';
import { forbiddenLabels } from './node-labels.ts';
import { createNodeTokenCheck } from './node-tokens.ts';

const mirrorAnnotation = 'kubernetes.io/config.mirror';
const leaseNamespace = 'kube-node-lease';

type Check = (request: AdmissionRequest, nodeName: string) => void;

/**
 * Holds nodes to what is theirs in what they write: the authorizer knows only what a request is about, not what it says.
 * Before other plugins change the object where that matters, and behind them for Leases, whose renewals then stay on the
 * short way through the server.
 */
export function createNodeRestriction(view: ObjectView, authorizer: Authorizer): readonly AdmissionPlugin[] {
  const checks = collectChecks(view, authorizer);
  const checkOf = (resource: ServedResource): Check | undefined => checks.get(keyOf(resource));
  const run = (request: AdmissionRequest): void => {
    const nodeName = nodeNameOf(request.call.user);
    if (nodeName === undefined) return;
    if (nodeName === '') {
      throw forbid(request, `could not determine node from user ${JSON.stringify(request.call.user.username)}`);
    }
    checkOf(request.resource)!(request, nodeName);
  };
  const isEarly = (resource: ServedResource, operation: AdmissionOperation): boolean =>
    operation !== 'DELETE' && keyOf(resource) !== 'coordination.k8s.io/leases';
  return [
    {
      name: 'NodeRestriction',
      handles: (resource, _subresource, operation) =>
        operation !== 'CONNECT' && checkOf(resource) !== undefined && isEarly(resource, operation),
      mutate(request) {
        run(request);
        return request.object!;
      },
    },
    {
      name: 'NodeRestriction',
      handles: (resource, _subresource, operation) =>
        operation !== 'CONNECT' && checkOf(resource) !== undefined && !isEarly(resource, operation),
      validate: run,
    },
  ];
}

function keyOf({ version: { type } }: ServedResource): string {
  return type.group === '' ? type.resource : `${type.group}/${type.resource}`;
}

function collectChecks(view: ObjectView, authorizer: Authorizer): ReadonlyMap<string, Check> {
  return new Map<string, Check>([
    ['pods', (request, nodeName) => checkPod(request, nodeName, view)],
    ['nodes', checkNode],
    ['persistentvolumeclaims', checkClaim],
    ['serviceaccounts', createNodeTokenCheck(view, authorizer)],
    ['coordination.k8s.io/leases', checkLease],
    ['storage.k8s.io/csinodes', checkCsiNode],
    ['resource.k8s.io/resourceslices', checkSlice],
    ['certificates.k8s.io/certificatesigningrequests', checkCertificateOfNode],
  ]);
}

function checkPod(request: AdmissionRequest, nodeName: string, view: ObjectView): void {
  const { subresource } = request;
  if (subresource === '') checkWholePod(request, nodeName, view);
  else if (subresource === 'status') checkPodStatus(request, nodeName);
  else if (subresource === 'eviction') checkEviction(request, nodeName, view);
  else {
    const allowed = "only 'status' and 'eviction' are allowed";
    throw forbid(request, `unexpected pod subresource ${JSON.stringify(subresource)}, ${allowed}`);
  }
}

function checkWholePod(request: AdmissionRequest, nodeName: string, view: ObjectView): void {
  const { operation } = request;
  const node = JSON.stringify(nodeName);
  if (operation === 'CREATE') {
    checkMirrorPod(request, nodeName, view);
    return;
  }
  if (operation !== 'DELETE') {
    const why = `unexpected operation ${JSON.stringify(operation)}, node ${node} can only create and delete mirror pods`;
    throw forbid(request, why);
  }
  if ((request.old as Pod).spec.nodeName === nodeName) return;
  throw forbid(request, `node ${node} can only delete pods with spec.nodeName set to itself`);
}

/** Kubernetes: a pod that a node makes by itself shows what runs there already, and must give the node no rights. */
function checkMirrorPod(request: AdmissionRequest, nodeName: string, view: ObjectView): void {
  const pod = request.object as Pod;
  const node = `node ${JSON.stringify(nodeName)}`;
  if (pod.metadata.annotations?.[mirrorAnnotation] === undefined) {
    throw forbid(request, `pod does not have "${mirrorAnnotation}" annotation, ${node} can only create mirror pods`);
  }
  if (pod.spec.nodeName !== nodeName) {
    throw forbid(request, `${node} can only create pods with spec.nodeName set to itself`);
  }
  checkMirrorOwner(request, pod, nodeName, view);
  const reference = findApiReference(pod);
  if (reference !== undefined) throw forbid(request, `${node} can not create pods that reference ${reference}`);
}

function checkMirrorOwner(request: AdmissionRequest, pod: Pod, nodeName: string, view: ObjectView): void {
  const node = `node ${JSON.stringify(nodeName)}`;
  const [owner, ...others] = pod.metadata.ownerReferences ?? [];
  const demand = (holds: boolean, what: string): void => {
    if (!holds) throw forbid(request, `${node} ${what}`);
  };
  demand(others.length === 0, 'can only create pods with a single owner reference set to itself');
  const isItself = owner?.apiVersion === 'v1' && owner.kind === 'Node' && owner.name === nodeName;
  demand(isItself, 'can only create pods with an owner reference set to itself');
  demand(owner!.controller === true, 'can only create pods with a controller owner reference set to itself');
  demand(owner!.blockOwnerDeletion !== true, 'must not set blockOwnerDeletion on an owner reference');
  const uid = view.get(nodes, undefined, nodeName)?.metadata.uid;
  if (uid === undefined) throw statusError.notFound({ group: '', resource: 'node' }, nodeName);
  if (owner!.uid !== uid) {
    throw forbid(request, `node ${nodeName} UID mismatch: expected ${owner!.uid} got ${uid}`);
  }
}

function checkPodStatus(request: AdmissionRequest, nodeName: string): void {
  const node = `node ${JSON.stringify(nodeName)}`;
  if (request.operation !== 'UPDATE')
    throw forbid(request, `unexpected operation ${JSON.stringify(request.operation)}`);
  const pod = request.object as Pod;
  const old = request.old as Pod;
  if (old.spec.nodeName !== nodeName) {
    throw forbid(request, `${node} can only update pod status for pods with spec.nodeName set to itself`);
  }
  if (!isSemanticallyEqual(pod.metadata.labels, old.metadata.labels)) {
    throw forbid(request, `${node} cannot update labels through pod status`);
  }
  if (!isSemanticallyEqual(pod.status?.resourceClaimStatuses, old.status?.resourceClaimStatuses)) {
    throw forbid(request, `${node} cannot update resource claim statues`);
  }
  if (!isSemanticallyEqual(pod.status?.extendedResourceClaimStatus, old.status?.extendedResourceClaimStatus)) {
    throw forbid(request, `${node} cannot update extended resource claim status`);
  }
}

function checkEviction(request: AdmissionRequest, nodeName: string, view: ObjectView): void {
  if (request.operation !== 'CREATE') throw forbid(request, `unexpected operation ${request.operation}`);
  const pod = view.get(pods, request.namespace, request.name);
  if (pod === undefined) throw statusError.notFound({ group: '', resource: 'pod' }, request.name);
  if (pod.spec.nodeName === nodeName) return;
  throw forbid(request, `node ${nodeName} can only evict pods with spec.nodeName set to itself`);
}

function checkNode(request: AdmissionRequest, nodeName: string): void {
  const node = JSON.stringify(nodeName);
  if (request.name !== nodeName) {
    throw forbid(request, `node ${node} is not allowed to modify node ${JSON.stringify(request.name)}`);
  }
  if (request.operation === 'DELETE') return;
  const { metadata, spec } = request.object as Node;
  const old = request.old as Node | undefined;
  const labels = forbiddenLabels(metadata.labels ?? {}, old?.metadata.labels ?? {}).join(', ');
  if (old === undefined) {
    if (spec?.configSource !== undefined) {
      throw forbid(request, `node ${node} is not allowed to create pods with a non-nil configSource`);
    }
    if (labels !== '') throw forbid(request, `node ${node} is not allowed to set the following labels: ${labels}`);
    return;
  }
  if (spec?.configSource !== undefined && !isSemanticallyEqual(spec.configSource, old.spec?.configSource)) {
    throw forbid(request, `node ${node} is not allowed to update configSource to a new non-nil configSource`);
  }
  if (!isSemanticallyEqual(spec?.taints, old.spec?.taints)) {
    throw forbid(request, `node ${node} is not allowed to modify taints`);
  }
  if (!isSemanticallyEqual(metadata.ownerReferences, old.metadata.ownerReferences)) {
    throw forbid(request, `node ${node} is not allowed to modify ownerReferences`);
  }
  if (labels !== '') throw forbid(request, `is not allowed to modify labels: ${labels}`);
}

/** Differs from Kubernetes: the message does not go on with the difference, which there is Go's own text. */
function checkClaim(request: AdmissionRequest, nodeName: string): void {
  if (request.subresource !== 'status') throw forbid(request, 'may only update PVC status');
  if (request.operation !== 'UPDATE')
    throw forbid(request, `unexpected operation ${JSON.stringify(request.operation)}`);
  if (isSemanticallyEqual(withoutReports(request.object!), withoutReports(request.old!))) return;
  throw forbid(
    request,
    `node ${JSON.stringify(nodeName)} is not allowed to update fields other than status.quantity and status.conditions`,
  );
}

/** A claim without what its node reports of it, and without what every write changes. */
function withoutReports(object: KubeObject): object {
  const claim = object as PersistentVolumeClaim;
  const { resourceVersion: _version, managedFields: _fields, ...metadata } = claim.metadata;
  const { capacity, conditions, allocatedResources, allocatedResourceStatuses, ...status } = claim.status ?? {};
  return { ...claim, metadata, status };
}

/** The name of a new object stands in the object. */
function nameOf({ operation, object, name }: AdmissionRequest): string {
  return operation === 'CREATE' ? (object?.metadata.name ?? '') : name;
}

function checkLease(request: AdmissionRequest, nodeName: string): void {
  if (request.namespace !== leaseNamespace) {
    throw forbid(request, `can only access leases in the "${leaseNamespace}" system namespace`);
  }
  if (nameOf(request) === nodeName) return;
  throw forbid(request, 'can only access node lease with the same name as the requesting node');
}

function checkCsiNode(request: AdmissionRequest, nodeName: string): void {
  if (nameOf(request) === nodeName) return;
  throw forbid(request, 'can only access CSINode with the same name as the requesting node');
}

function checkSlice(request: AdmissionRequest, nodeName: string): void {
  if (request.operation === 'UPDATE') return;
  const slice = (request.operation === 'CREATE' ? request.object : request.old) as ResourceSlice;
  if (slice.spec.nodeName === nodeName) return;
  const verb = request.operation === 'CREATE' ? 'create' : 'delete';
  throw forbid(request, `can only ${verb} ResourceSlice with the same NodeName as the requesting node`);
}
