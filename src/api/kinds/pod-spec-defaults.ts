import type {
  Container,
  ContainerPort,
  EnvVar,
  EphemeralContainer,
  Lifecycle,
  LifecycleHandler,
  ObjectFieldSelector,
  PodSpec,
  PodTemplateSpec,
  Probe,
  ProjectedVolumeSource,
  ResourceFieldSelector,
  Volume,
  VolumeProjection,
} from '../generated/index.ts';
import { changeField, changeItems, fillDefaults } from './fill-defaults.ts';
import { defaultHostPath } from './host-path-defaults.ts';

/** Kubernetes: `SetDefaults_PodSpec` and those of everything in it, for pods and pod templates. */

const defaulted = new WeakMap<PodSpec, PodSpec>();

/** A pod's spec, complete. Known specs are answered at once: most writes of a pod do not touch its spec. */
export function defaultPodSpec(spec: PodSpec): PodSpec {
  const known = defaulted.get(spec);
  if (known !== undefined) return known;
  const complete = completePodSpec(spec);
  defaulted.set(spec, complete);
  defaulted.set(complete, complete);
  return complete;
}

function completePodSpec(spec: PodSpec): PodSpec {
  let complete = fillDefaults(spec, {
    dnsPolicy: 'ClusterFirst',
    restartPolicy: 'Always',
    securityContext: {},
    terminationGracePeriodSeconds: 30,
    schedulerName: 'default-scheduler',
  });
  complete = syncServiceAccount(complete);
  complete = changeField(complete, 'volumes', volumes => changeItems(volumes, defaultVolume));
  complete = changeField(complete, 'containers', list => changeItems(list, defaultContainer));
  complete = changeField(complete, 'initContainers', list => changeItems(list, defaultContainer));
  return changeField(complete, 'ephemeralContainers', list => changeItems(list, defaultEphemeralContainer));
}

/** Kubernetes: the deprecated `serviceAccount` always says the same as `serviceAccountName`. */
function syncServiceAccount(spec: PodSpec): PodSpec {
  const name = spec.serviceAccountName || spec.serviceAccount || undefined;
  if (name === undefined || (spec.serviceAccountName === name && spec.serviceAccount === name)) return spec;
  return { ...spec, serviceAccountName: name, serviceAccount: name };
}

/** A template's pod spec, complete. */
export function defaultPodTemplate(template: PodTemplateSpec): PodTemplateSpec {
  return changeField(template, 'spec', defaultPodSpec);
}

/** Kubernetes: images without a tag, or with the tag `latest`, are pulled each time. */
export function defaultPullPolicy(image: string | undefined): string {
  return tagOf(image ?? '') === 'latest' ? 'Always' : 'IfNotPresent';
}

/** `[registry/]repository[:tag][@digest]`, as `github.com/distribution/reference` has it. */
const imageShape = (() => {
  const host = '[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?';
  const registry = `(?:${host}(?:\\.${host})*|\\[[a-fA-F0-9:]+\\])(?::[0-9]+)?/`;
  const part = '[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*';
  const digest = 'sha256:[a-f0-9]{64}|sha384:[a-f0-9]{96}|sha512:[a-f0-9]{128}';
  return new RegExp(`^(?:${registry})?${part}(?:/${part})*(?::(\\w[\\w.-]{0,127}))?(?:@(${digest}))?$`);
})();

/** The tag of an image; `latest` without tag and digest; empty for a text that names no image. */
function tagOf(image: string): string {
  const match = imageShape.exec(image);
  // Upstream takes 64 hexadecimal digits for an image's ID.
  if (match === null || /^[a-f0-9]{64}$/.test(image)) return '';
  const [, tag, digest] = match;
  return tag ?? (digest === undefined ? 'latest' : '');
}

function defaultContainer(container: Container): Container {
  let complete = fillDefaults(container, {
    terminationMessagePath: '/dev/termination-log',
    terminationMessagePolicy: 'File',
    resources: {},
  });
  if ((complete.imagePullPolicy ?? '') === '') {
    complete = { ...complete, imagePullPolicy: defaultPullPolicy(container.image) };
  }
  complete = changeField(complete, 'ports', ports => changeItems(ports, defaultPort));
  complete = changeField(complete, 'env', env => changeItems(env, defaultEnv));
  complete = changeField(complete, 'livenessProbe', defaultProbe);
  complete = changeField(complete, 'readinessProbe', defaultProbe);
  complete = changeField(complete, 'startupProbe', defaultProbe);
  return changeField(complete, 'lifecycle', defaultLifecycle);
}

function defaultEphemeralContainer(container: EphemeralContainer): EphemeralContainer {
  return defaultContainer(container) as EphemeralContainer;
}

function defaultPort(port: ContainerPort): ContainerPort {
  return fillDefaults(port, { protocol: 'TCP' });
}

function defaultEnv(variable: EnvVar): EnvVar {
  return changeField(variable, 'valueFrom', defaultSource);
}

/** What an environment variable or a file of the downward API is read from. */
function defaultSource<
  T extends {
    readonly fieldRef?: ObjectFieldSelector | undefined;
    readonly resourceFieldRef?: ResourceFieldSelector | undefined;
  },
>(source: T): T {
  let complete = source;
  if (source.fieldRef !== undefined) {
    const fieldRef = fillDefaults(source.fieldRef, { apiVersion: 'v1' });
    if (fieldRef !== source.fieldRef) complete = { ...complete, fieldRef };
  }
  if (source.resourceFieldRef !== undefined) {
    const resourceFieldRef = fillDefaults(source.resourceFieldRef, { divisor: '0' });
    if (resourceFieldRef !== source.resourceFieldRef) complete = { ...complete, resourceFieldRef };
  }
  return complete;
}

/** In a probe, 0 counts as not given. */
function defaultProbe(probe: Probe): Probe {
  let complete = changeField(probe, 'httpGet', action => fillDefaults(action, { path: '/', scheme: 'HTTP' }));
  complete = changeField(complete, 'grpc', action => fillDefaults(action, { service: '' }));
  const isComplete =
    complete.timeoutSeconds && complete.periodSeconds && complete.successThreshold && complete.failureThreshold;
  if (isComplete) return complete;
  return {
    ...complete,
    timeoutSeconds: complete.timeoutSeconds || 1,
    periodSeconds: complete.periodSeconds || 10,
    successThreshold: complete.successThreshold || 1,
    failureThreshold: complete.failureThreshold || 3,
  };
}

function defaultLifecycle(lifecycle: Lifecycle): Lifecycle {
  return changeField(changeField(lifecycle, 'postStart', defaultHandler), 'preStop', defaultHandler);
}

function defaultHandler(handler: LifecycleHandler): LifecycleHandler {
  return changeField(handler, 'httpGet', action => fillDefaults(action, { path: '/', scheme: 'HTTP' }));
}

/** Kubernetes: 0644. */
const defaultMode = 420;

function defaultVolume(volume: Volume): Volume {
  if (Object.keys(volume).every(key => key === 'name' || volume[key as keyof Volume] === undefined)) {
    return { ...volume, emptyDir: {} };
  }
  let complete = changeField(volume, 'secret', source => fillDefaults(source, { defaultMode }));
  complete = changeField(complete, 'configMap', source => fillDefaults(source, { defaultMode }));
  complete = changeField(complete, 'hostPath', defaultHostPath);
  complete = changeField(complete, 'projected', defaultProjected);
  complete = changeField(complete, 'image', source =>
    fillDefaults(source, { pullPolicy: defaultPullPolicy(source.reference) }),
  );
  complete = changeField(complete, 'ephemeral', source =>
    changeField(source, 'volumeClaimTemplate', template =>
      changeField(template, 'spec', spec => fillDefaults(spec, { volumeMode: 'Filesystem' })),
    ),
  );
  return changeField(complete, 'downwardAPI', source =>
    changeField(fillDefaults(source, { defaultMode }), 'items', items => changeItems(items, defaultSource)),
  );
}

function defaultProjected(source: ProjectedVolumeSource): ProjectedVolumeSource {
  return changeField(fillDefaults(source, { defaultMode }), 'sources', sources =>
    changeItems(sources, defaultProjection),
  );
}

function defaultProjection(projection: VolumeProjection): VolumeProjection {
  const complete = changeField(projection, 'serviceAccountToken', token =>
    fillDefaults(token, { expirationSeconds: 3600 }),
  );
  return changeField(complete, 'downwardAPI', source =>
    changeField(source, 'items', items => changeItems(items, defaultSource)),
  );
}
