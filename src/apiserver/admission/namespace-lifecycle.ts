import { namespaces } from '../../api/generated/index.ts';
import { StatusError, statusError } from '../../machinery/index.ts';
import type { AdmissionPlugin, AdmissionRequest } from '../core-contract.ts';
import type { ObjectView } from '../object-view.ts';

const immortal: ReadonlySet<string> = new Set(['default', 'kube-system', 'kube-public']);

const accessReviews: ReadonlySet<string> = new Set(['localsubjectaccessreviews']);

/** Nothing is created in a namespace that does not exist or is going; the cluster's own namespaces stay. */
export function createNamespaceLifecycle(view: ObjectView): AdmissionPlugin {
  return {
    name: 'NamespaceLifecycle',
    handles(resource, _subresource, operation) {
      const { type } = resource.version;
      if (isNamespaces(type)) return operation === 'DELETE';
      return type.namespaced && operation === 'CREATE' && !accessReviews.has(type.resource);
    },
    // Kubernetes: refuses updates in missing namespaces too. There a missing namespace means a missing object, and the
    // request fails with NotFound before it comes here, so only creations are looked at.
    mutate(request) {
      if (request.operation === 'CREATE') checkCreation(request, view);
      return request.object!;
    },
    validate(request) {
      if (request.operation === 'DELETE') checkDeletion(request);
    },
  };
}

function isNamespaces(type: { readonly group: string; readonly resource: string }): boolean {
  return type.resource === 'namespaces' && type.group === '';
}

function checkDeletion(request: AdmissionRequest): void {
  if (!immortal.has(request.name) || request.subresource !== '') return;
  throw statusError.forbidden(namespaces, request.name, 'this namespace may not be deleted');
}

function checkCreation(request: AdmissionRequest, view: ObjectView): void {
  const { namespace } = request;
  const found = view.get(namespaces, undefined, namespace);
  if (found === undefined) throw statusError.notFound(namespaces, namespace);
  if (found.status?.phase !== 'Terminating') return;
  const { type } = request.resource.version;
  const name = request.name || request.object?.metadata.generateName || 'Unknown';
  const why = `unable to create new content in namespace ${namespace} because it is being terminated`;
  const plain = statusError.forbidden(type, name, why);
  throw new StatusError('Forbidden', plain.message, {
    ...plain.details,
    causes: [
      {
        reason: 'NamespaceTerminating',
        message: `namespace ${namespace} is being terminated`,
        field: 'metadata.namespace',
      },
    ],
  });
}
