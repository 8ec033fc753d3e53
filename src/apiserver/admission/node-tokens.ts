import {
  csiDrivers,
  type Pod,
  persistentVolumeClaims,
  persistentVolumes,
  pods,
  type TokenRequest,
  type Volume,
} from '../../api/generated/index.ts';
import { statusError } from '../../machinery/index.ts';
import type { AdmissionRequest, Authorizer } from '../core-contract.ts';
import type { ObjectView } from '../object-view.ts';
import { forbid } from './admission-error.ts';

/**
 * A node asks for tokens only for its own pods, bound to them, and for audiences that they ask for themselves, through
 * a volume or the driver of one, unless somebody allows the node more.
 *
 * Differs from Kubernetes: the drivers that took over from volume plugins built in of old are not looked for.
 */
export function createNodeTokenCheck(view: ObjectView, authorizer: Authorizer) {
  return (request: AdmissionRequest, nodeName: string): void => {
    if (request.operation !== 'CREATE' || request.subresource !== 'token') return;
    const spec: TokenRequest['spec'] = (request.object as TokenRequest).spec ?? {};
    const pod = findPod(request, spec.boundObjectRef, nodeName, view);
    const audiences = spec.audiences ?? [];
    if (audiences.length > 1) throw forbid(request, 'node may only request 0 or 1 audiences');
    const audience = audiences[0] ?? '';
    if (usesAudience(pod, audience, view) || mayRequest(request, audience, authorizer)) return;
    const { username } = request.call.user;
    throw forbid(
      request,
      `audience ${JSON.stringify(audience)} not found in pod spec volume, ${username} is not authorized to request tokens for this audience`,
    );
  };
}

function findPod(
  request: AdmissionRequest,
  bound: TokenRequest['spec']['boundObjectRef'],
  nodeName: string,
  view: ObjectView,
): Pod {
  if (bound?.apiVersion !== 'v1' || bound.kind !== 'Pod' || !bound.name) {
    throw forbid(request, 'node requested token not bound to a pod');
  }
  if (!bound.uid) throw forbid(request, 'node requested token with a pod binding without a uid');
  const pod = view.get(pods, request.namespace, bound.name);
  if (pod === undefined) throw statusError.notFound({ group: '', resource: 'pod' }, bound.name);
  if (pod.metadata.uid !== bound.uid) {
    const why = `the UID in the bound object reference (${bound.uid}) does not match the UID in record`;
    throw forbid(request, `${why}. The object might have been deleted and then recreated`);
  }
  if (pod.spec.nodeName === nodeName) return pod;
  throw forbid(request, 'node requested token bound to a pod scheduled on a different node');
}

function usesAudience(pod: Pod, audience: string, view: ObjectView): boolean {
  return (pod.spec.volumes ?? []).some(volume => {
    const sources = volume.projected?.sources ?? [];
    if (sources.some(({ serviceAccountToken: t }) => t !== undefined && (t.audience ?? '') === audience)) return true;
    const driver = driverOf(pod, volume, view);
    const requests = driver === undefined ? [] : (view.get(csiDrivers, undefined, driver)?.spec.tokenRequests ?? []);
    return requests.some(wanted => wanted.audience === audience);
  });
}

function driverOf(
  pod: Pod,
  { name, csi, ephemeral, persistentVolumeClaim }: Volume,
  view: ObjectView,
): string | undefined {
  if (csi !== undefined) return csi.driver;
  const claimName = ephemeral === undefined ? persistentVolumeClaim?.claimName : `${pod.metadata.name}-${name}`;
  if (claimName === undefined) return undefined;
  const volumeName = view.get(persistentVolumeClaims, pod.metadata.namespace, claimName)?.spec?.volumeName;
  return volumeName === undefined ? undefined : view.get(persistentVolumes, undefined, volumeName)?.spec?.csi?.driver;
}

/** Kubernetes: the audience stands where a resource stands, the account where its name does. */
function mayRequest({ call, namespace, name }: AdmissionRequest, audience: string, authorizer: Authorizer): boolean {
  const verb = 'request-serviceaccounts-token-audience';
  const attributes = {
    user: call.user,
    verb,
    group: '',
    version: 'v1',
    resource: audience,
    subresource: '',
    namespace,
    name,
  };
  return authorizer.authorize(attributes).allowed;
}
