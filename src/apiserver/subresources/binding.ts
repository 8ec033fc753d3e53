import { type Binding, type Pod, pods } from '../../api/generated/index.ts';
import type { ResourceRequest } from '../../client/index.ts';
import { type FieldError, fieldError, type KubeObject, type StatusError, statusError } from '../../machinery/index.ts';
import type { CallContext, OtherResult } from '../core-contract.ts';
import { placeInNamespace } from '../metadata/request-identity.ts';
import { readBody } from '../requests/request-object.ts';
import { optionsOf } from '../requests/request-options.ts';
import { rewriteObject } from '../requests/rewrite.ts';
import { admissionOf, openWrite } from '../requests/write-call.ts';
import type { Endpoint } from '../resources/endpoint.ts';
import type { ServerContext } from '../server-context.ts';
import { withPodCondition } from './pod-condition.ts';
import { succeed } from './success-status.ts';

/** Kubernetes: a conflict of this subresource is named after it. */
const bindingSubject = { group: '', resource: 'pods/binding' };

/** Assigns a pod to a node: `pods/NAME/binding`, and the older `bindings`. `shape` describes the Binding. */
export async function bindPod(
  server: ServerContext,
  shape: Endpoint,
  request: ResourceRequest,
  call: CallContext,
): Promise<OtherResult> {
  const endpoint = server.endpoints.get(pods);
  const read = readBody(shape, request.body, call, optionsOf(request).fieldValidation) as Binding;
  const name = request.name ?? read.metadata.name ?? '';
  if (name !== read.metadata.name) throw statusError.badRequest('name in URL does not match name in Binding object');
  const owner = server.endpoints.get(request.type);
  const write = openWrite(owner, request, call, name);
  const chain = owner.chain(write.subresource, 'CREATE');
  const placed = placeInNamespace(read, write.namespace);
  const binding = (await chain.mutate(admissionOf(write, 'CREATE', placed, undefined))) as Binding;
  checkBinding(binding);
  await chain.validate(admissionOf(write, 'CREATE', binding, undefined));
  const ref = { namespace: write.namespace, name };
  await rewriteObject<Pod>(server, endpoint, ref, pod => assign(pod, binding, server), write.isDryRun);
  return succeed(201);
}

function checkBinding(binding: Binding): void {
  const errors: FieldError[] = [];
  const { kind, name } = binding.target ?? {};
  if (kind && kind !== 'Node') errors.push(fieldError.notSupported('target.kind', kind, ['Node', '<empty>']));
  if (!name) errors.push(fieldError.required('target.name'));
  if (errors.length > 0) {
    throw statusError.invalid(
      { group: '', resource: 'bindings', kind: 'Binding' },
      binding.metadata.name ?? '',
      errors,
    );
  }
}

function assign(pod: Pod, binding: Binding, server: ServerContext): Pod {
  refuseUnfit(pod, binding);
  const { annotations, labels } = binding.metadata;
  const bound: Pod = {
    ...pod,
    metadata: {
      ...pod.metadata,
      ...(annotations === undefined ? {} : { annotations: { ...pod.metadata.annotations, ...annotations } }),
      ...(labels === undefined ? {} : { labels: { ...pod.metadata.labels, ...labels } }),
    },
    spec: { ...pod.spec, nodeName: binding.target.name },
    // Kubernetes: a nomination has served its purpose.
    status: { ...pod.status, nominatedNodeName: undefined },
  };
  return withPodCondition(bound, { type: 'PodScheduled', status: 'True' }, server.rules.now);
}

function refuseUnfit(pod: Pod, binding: Binding): void {
  const name = pod.metadata.name!;
  const { uid, resourceVersion } = binding.metadata;
  if (uid && uid !== pod.metadata.uid) {
    throw staleBinding(
      pod,
      `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${pod.metadata.uid}`,
    );
  }
  if (resourceVersion && resourceVersion !== pod.metadata.resourceVersion) {
    throw staleBinding(
      pod,
      `Precondition failed: ResourceVersion in precondition: ${resourceVersion}, ResourceVersion in object meta: ${pod.metadata.resourceVersion}`,
    );
  }
  if (pod.metadata.deletionTimestamp !== undefined) {
    throw conflict(name, `pod ${name} is being deleted, cannot be assigned to a host`);
  }
  if (pod.spec.nodeName) throw conflict(name, `pod ${name} is already assigned to node "${pod.spec.nodeName}"`);
  if ((pod.spec.schedulingGates?.length ?? 0) > 0) {
    throw conflict(name, `pod ${name} has non-empty .spec.schedulingGates`);
  }
}

function conflict(name: string, why: string): StatusError {
  return statusError.conflict(bindingSubject, name, why);
}

function staleBinding(pod: KubeObject, why: string): StatusError {
  const { namespace, name } = pod.metadata;
  const text = `StorageError: invalid object, Code: 4, Key: /registry/pods/${namespace}/${name}, ResourceVersion: 0, AdditionalErrorMsg: ${why}`;
  return statusError.conflict(pods, name!, text);
}
