import {
  type Container,
  type Pod,
  type ServiceAccount,
  serviceAccounts,
  type Volume,
} from '../../api/generated/index.ts';
import type { Clock, Random } from '../../world/index.ts';
import type { AdmissionPlugin, AdmissionRequest } from '../core-contract.ts';
import type { ObjectView } from '../object-view.ts';
import { forbid } from './admission-error.ts';
import { isResource } from './admitted-resource.ts';

const volumePrefix = 'kube-api-access-';
const mountPath = '/var/run/secrets/kubernetes.io/serviceaccount';
const mirrorAnnotation = 'kubernetes.io/config.mirror';

/** Gives each pod its account, the account's pull secrets, and the projected volume with its token. */
export function createServiceAccountAdmission(view: ObjectView, clock: Clock, random: Random): AdmissionPlugin {
  return {
    name: 'ServiceAccount',
    handles: (resource, subresource, operation) =>
      isResource(resource, '', 'pods') && subresource === '' && operation === 'CREATE',
    mutate(request) {
      const pod = request.object as Pod;
      if (pod.metadata.annotations?.[mirrorAnnotation] !== undefined) return pod;
      const name = pod.spec.serviceAccountName || 'default';
      const account = view.get(serviceAccounts, request.namespace, name);
      if (account !== undefined) return equip(pod, account, random);
      return awaitAccount(request, name, view, clock, random).then(found => equip(pod, found, random));
    },
    validate(request) {
      const pod = request.object as Pod;
      if (pod.metadata.annotations?.[mirrorAnnotation] !== undefined) checkMirrorPod(request, pod);
    },
  };
}

/**
 * Kubernetes: the `default` account of a new namespace comes from a controller, so a pod that is early waits for it, up
 * to ten looks 100 to 200 ms apart.
 */
async function awaitAccount(
  request: AdmissionRequest,
  name: string,
  view: ObjectView,
  clock: Clock,
  random: Random,
): Promise<ServiceAccount> {
  const delayMs = 100 + random.integer(100);
  for (let attempt = 1; name === 'default' && attempt < 10; attempt++) {
    await clock.sleep(delayMs);
    const account = view.get(serviceAccounts, request.namespace, name);
    if (account !== undefined) return account;
  }
  throw forbid(
    request,
    `error looking up service account ${request.namespace}/${name}: serviceaccount "${name}" not found`,
  );
}

function equip(pod: Pod, account: ServiceAccount, random: Random): Pod {
  const name = account.metadata.name!;
  // Kubernetes: `serviceAccount` is the old name of the field, and both are always shown.
  let spec: Pod['spec'] = { ...pod.spec, serviceAccountName: name, serviceAccount: name };
  if (wantsToken(pod, account)) spec = mountToken(spec, random);
  const secrets = account.imagePullSecrets;
  if ((spec.imagePullSecrets?.length ?? 0) === 0 && secrets !== undefined && secrets.length > 0) {
    spec = { ...spec, imagePullSecrets: secrets.map(secret => ({ name: secret.name })) } as Pod['spec'];
  }
  return { ...pod, spec };
}

function wantsToken(pod: Pod, account: ServiceAccount): boolean {
  return pod.spec.automountServiceAccountToken ?? account.automountServiceAccountToken ?? true;
}

function mountToken(spec: Pod['spec'], random: Random): Pod['spec'] {
  const existing = spec.volumes?.find(volume => volume.name.startsWith(volumePrefix));
  const name = existing?.name ?? volumePrefix + random.suffix(5);
  // A pod without containers is refused by its validation, which comes after admission.
  const before = (spec.containers as readonly Container[] | undefined) ?? [];
  const containers = before.map(container => mountInto(container, name));
  const initContainers = spec.initContainers?.map(container => mountInto(container, name));
  const isMounted =
    containers.some((container, i) => container !== before[i]) ||
    initContainers?.some((container, i) => container !== spec.initContainers![i]) === true;
  if (!isMounted) return spec;
  return {
    ...spec,
    containers,
    ...(initContainers === undefined ? {} : { initContainers }),
    ...(existing === undefined ? { volumes: [...(spec.volumes ?? []), tokenVolume(name)] } : {}),
  };
}

function mountInto(container: Container, name: string): Container {
  if (container.volumeMounts?.some(mount => mount.mountPath === mountPath)) return container;
  return { ...container, volumeMounts: [...(container.volumeMounts ?? []), { name, readOnly: true, mountPath }] };
}

function tokenVolume(name: string): Volume {
  return {
    name,
    projected: {
      defaultMode: 0o644,
      sources: [
        // Kubernetes: an hour, and seven seconds to tell these tokens from others.
        { serviceAccountToken: { expirationSeconds: 3607, path: 'token' } },
        { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
        {
          downwardAPI: {
            items: [{ path: 'namespace', fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' } }],
          },
        },
      ],
    },
  };
}

function checkMirrorPod(request: AdmissionRequest, pod: Pod): void {
  if (pod.spec.serviceAccountName) throw forbid(request, 'a mirror pod may not reference service accounts');
  const volumes = pod.spec.volumes ?? [];
  const containers = [...(pod.spec.initContainers ?? []), ...pod.spec.containers];
  const usesSecrets =
    volumes.some(
      volume => volume.secret !== undefined || volume.projected?.sources?.some(s => s.secret !== undefined),
    ) ||
    containers.some(
      container =>
        container.env?.some(env => env.valueFrom?.secretKeyRef !== undefined) ||
        container.envFrom?.some(from => from.secretRef !== undefined),
    ) ||
    (pod.spec.imagePullSecrets?.length ?? 0) > 0;
  if (usesSecrets) throw forbid(request, 'a mirror pod may not reference secrets');
  if (volumes.some(volume => volume.projected?.sources?.some(source => source.serviceAccountToken !== undefined))) {
    throw forbid(request, 'a mirror pod may not use ServiceAccountToken volume projections');
  }
}
