import type { Container, LifecycleHandler, Pod } from '../../api/generated/index.ts';
import { hashText } from '../../world/index.ts';

/** Kubernetes: the labels by which crictl, log collectors and the next start of the agent find a pod's containers. */
export const podNameLabel = 'io.kubernetes.pod.name';
export const podNamespaceLabel = 'io.kubernetes.pod.namespace';
export const podUidLabel = 'io.kubernetes.pod.uid';
/** Whose sandbox it is, where several nodes share a runtime: none may take another's pods for left-overs. */
export const ownerLabel = 'sampan.dev/owner';
export const containerNameLabel = 'io.kubernetes.container.name';

const hashAnnotation = 'io.kubernetes.container.hash';
const restartCountAnnotation = 'io.kubernetes.container.restartCount';
const messagePathAnnotation = 'io.kubernetes.container.terminationMessagePath';
const messagePolicyAnnotation = 'io.kubernetes.container.terminationMessagePolicy';
const gracePeriodAnnotation = 'io.kubernetes.pod.terminationGracePeriod';
const preStopAnnotation = 'io.kubernetes.container.preStopHandler';

export type Texts = Readonly<Record<string, string>>;

/** What the annotations of a container tell after the agent, or the pod object, is gone. */
export interface ContainerNotes {
  readonly hash: string | undefined;
  readonly restartCount: number;
  readonly terminationMessagePath: string;
  readonly terminationMessagePolicy: string;
  readonly gracePeriodSeconds: number | undefined;
  readonly preStop: LifecycleHandler | undefined;
}

export function sandboxLabels(pod: Pod, owner: string): Texts {
  const { name = '', namespace = '', uid = '', labels } = pod.metadata;
  return { ...labels, [podNameLabel]: name, [podNamespaceLabel]: namespace, [podUidLabel]: uid, [ownerLabel]: owner };
}

export function containerLabels(pod: Pod, container: Container): Texts {
  const { name = '', namespace = '', uid = '' } = pod.metadata;
  return {
    [podNameLabel]: name,
    [podNamespaceLabel]: namespace,
    [podUidLabel]: uid,
    [containerNameLabel]: container.name,
  };
}

export function containerAnnotations(pod: Pod, container: Container, restartCount: number): Texts {
  const grace = pod.spec.terminationGracePeriodSeconds;
  const preStop = container.lifecycle?.preStop;
  return {
    [hashAnnotation]: hashContainer(container),
    [restartCountAnnotation]: String(restartCount),
    [messagePathAnnotation]: container.terminationMessagePath ?? '',
    [messagePolicyAnnotation]: container.terminationMessagePolicy ?? '',
    ...(grace === undefined ? {} : { [gracePeriodAnnotation]: String(grace) }),
    ...(preStop === undefined ? {} : { [preStopAnnotation]: JSON.stringify(preStop) }),
  };
}

export function readContainerNotes(annotations: Texts): ContainerNotes {
  const grace = annotations[gracePeriodAnnotation];
  const preStop = annotations[preStopAnnotation];
  return {
    hash: annotations[hashAnnotation],
    restartCount: Number(annotations[restartCountAnnotation] ?? 0),
    terminationMessagePath: annotations[messagePathAnnotation] ?? '',
    terminationMessagePolicy: annotations[messagePolicyAnnotation] ?? '',
    gracePeriodSeconds: grace === undefined ? undefined : Number(grace),
    preStop: preStop === undefined ? undefined : (JSON.parse(preStop) as LifecycleHandler),
  };
}

/** Kubernetes: only what may be changed in a running pod and calls for a new container: its name and image. */
export function hashContainer(container: Container): string {
  return hashText(JSON.stringify([container.name, container.image])).toString(16);
}
