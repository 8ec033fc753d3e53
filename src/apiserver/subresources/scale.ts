import { schemaOfKind } from '../../api/generated/schemas.ts';
import type { ScalePaths } from '../../api/index.ts';
import type { ResourceRequest } from '../../client/index.ts';
import {
  checkStructure,
  type FieldError,
  fieldError,
  formatLabelSelector,
  isJsonObject,
  type KubeObject,
  type ObjectSchema,
  statusError,
} from '../../machinery/index.ts';
import type { StoredObject } from '../../storage/index.ts';
import type { CallContext, OtherResult } from '../core-contract.ts';
import { trackManagedFields } from '../metadata/managed-fields.ts';
import { applyChange } from '../requests/change.ts';
import { patchDocument } from '../requests/patch-document.ts';
import { checkWriteOptions, optionsOf } from '../requests/request-options.ts';
import { showStored } from '../requests/show-stored.ts';
import { openWrite } from '../requests/write-call.ts';
import type { Endpoint } from '../resources/endpoint.ts';
import type { ServerContext } from '../server-context.ts';
import { readPath, writePath } from './object-path.ts';

/** `autoscaling/v1` Scale: the replicas of any kind that has some, in one shape. */
export interface Scale extends KubeObject {
  readonly spec: { readonly replicas?: number | undefined };
  readonly status: { readonly replicas: number; readonly selector?: string | undefined };
}

export function getScale(endpoint: Endpoint, request: ResourceRequest): OtherResult | Promise<OtherResult> {
  const name = request.name ?? '';
  const stored = endpoint.find(endpoint.namespaceOf(request.namespace), name);
  if (stored === undefined) throw statusError.notFound(endpoint.subject, name);
  const answer = ({ object }: StoredObject): OtherResult => {
    demandReplicas(endpoint, object);
    return { kind: 'other', code: 200, object: scaleOf(endpoint, object) };
  };
  const shown = showStored(endpoint, stored);
  return shown instanceof Promise ? shown.then(answer) : answer(shown);
}

/** Sets the replicas, by a whole Scale or by a patch of one. */
export async function writeScale(
  server: ServerContext,
  endpoint: Endpoint,
  request: ResourceRequest,
  call: CallContext,
): Promise<OtherResult> {
  const options = optionsOf(request);
  const isPatch = request.verb === 'patch';
  checkWriteOptions(options, isPatch ? 'PatchOptions' : 'UpdateOptions', isPatch ? request.patchType : undefined);
  const paths = pathsOf(endpoint);
  const face = {
    show: (object: KubeObject) => scaleOf(endpoint, object),
    take: (object: KubeObject, scale: KubeObject) =>
      writePath(object, paths.specReplicas, (scale as Scale).spec.replicas ?? 0),
  };
  const write = { ...openWrite(endpoint, request, call, request.name ?? ''), face };
  const whole = isPatch ? undefined : readScale(endpoint, request.body, write.name);
  const result = await applyChange(server, write, {
    uid: whole?.metadata.uid,
    from(current: StoredObject | undefined) {
      const old: KubeObject = current!.object;
      const wanted =
        whole ?? readScale(endpoint, patchDocument(request, scaleOf(endpoint, old), scaleSchema()), write.name);
      const { resourceVersion } = wanted.metadata;
      const scaled = writePath(old, paths.specReplicas, wanted.spec.replicas ?? 0);
      const versioned =
        resourceVersion === undefined || resourceVersion === ''
          ? scaled
          : { ...scaled, metadata: { ...scaled.metadata, resourceVersion } };
      return trackManagedFields(server, write, old, versioned);
    },
  });
  return { kind: 'other', code: 200, object: scaleOf(endpoint, result.object) };
}

/** Kubernetes: a custom object without the field has no scale to show. */
function demandReplicas(endpoint: Endpoint, object: KubeObject): void {
  const { specReplicas } = pathsOf(endpoint);
  if (endpoint.resource.crd === undefined || readPath(object, specReplicas) !== undefined) return;
  throw statusError.internal(`the spec replicas field ${JSON.stringify(specReplicas)} does not exist`);
}

function scaleSchema(): ObjectSchema {
  return schemaOfKind('autoscaling', 'v1', 'Scale');
}

function pathsOf(endpoint: Endpoint): ScalePaths {
  const paths = endpoint.rules.scale;
  if (paths === undefined) throw statusError.notFound(endpoint.subject, '');
  return paths;
}

function readScale(endpoint: Endpoint, body: unknown, name: string): Scale {
  if (!isJsonObject(body)) throw statusError.badRequest('the object provided is unrecognized (must be of type Scale)');
  const { apiVersion, kind, metadata } = body;
  if ((kind !== undefined && kind !== 'Scale') || (apiVersion !== undefined && apiVersion !== 'autoscaling/v1')) {
    throw statusError.badRequest(
      `expected autoscaling/v1, Kind=Scale, got ${String(apiVersion)}, Kind=${String(kind)}`,
    );
  }
  const given = isJsonObject(metadata) ? metadata['name'] : undefined;
  if (given !== undefined && given !== name) {
    throw statusError.badRequest(
      `the name of the object (${String(given)}) does not match the name on the URL (${name})`,
    );
  }
  const { value, errors } = checkStructure(scaleSchema(), body);
  const scale = { metadata: {}, spec: {}, ...(value as Partial<Scale>) } as Scale;
  const problems = errors.length > 0 ? errors : judgeReplicas(endpoint, scale.spec.replicas);
  if (problems.length === 0) return scale;
  throw statusError.invalid({ group: 'autoscaling', resource: 'scale', kind: 'Scale' }, name, problems);
}

/** Those of custom objects are judged with the object. */
function judgeReplicas({ resource }: Endpoint, replicas = 0): readonly FieldError[] {
  if (replicas >= 0 || resource.crd !== undefined) return [];
  return [fieldError.invalid('spec.replicas', replicas, 'must be greater than or equal to 0')];
}

function scaleOf(endpoint: Endpoint, object: KubeObject): Scale {
  const paths = pathsOf(endpoint);
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata;
  const replicas = Number(readPath(object, paths.specReplicas) ?? 0);
  const selector = selectorText(paths.selector === undefined ? undefined : readPath(object, paths.selector));
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: { name, namespace, uid, resourceVersion, creationTimestamp },
    // Kubernetes: no replicas are not written.
    spec: replicas === 0 ? {} : { replicas },
    status: {
      replicas: Number(readPath(object, paths.statusReplicas) ?? 0),
      ...(selector === undefined ? {} : { selector }),
    },
  };
}

/** A selector is text (CRDs), a map (ReplicationController) or a LabelSelector. */
function selectorText(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  if (!isJsonObject(value)) return undefined;
  const isSelector = isJsonObject(value['matchLabels']) || Array.isArray(value['matchExpressions']);
  const selector = isSelector ? value : { matchLabels: value as Readonly<Record<string, string>> };
  return formatLabelSelector(selector as Parameters<typeof formatLabelSelector>[0]);
}
