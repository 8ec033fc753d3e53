import type { Container, Pod } from '../../api/generated/index.ts';
import { expandVariables } from '../env/index.ts';
import type { ContainerConfig, ContainerMount } from '../runtime/index.ts';
import { containerAnnotations, containerLabels } from '../runtime-pods/index.ts';
import { withoutAbsent } from '../without-absent.ts';
import { containerResources } from './resources.ts';
import { containerSecurity, type ImageUser, verifyNonRoot } from './security.ts';

export interface ContainerInput {
  readonly pod: Pod;
  readonly container: Container;
  readonly restartCount: number;
  /** As the runtime named it after pulling. */
  readonly imageRef: string;
  readonly imageUser: ImageUser;
  readonly environment: ReadonlyMap<string, string>;
  readonly mounts: readonly ContainerMount[];
  readonly memoryCapacityBytes: number;
  readonly seccompRoot: string;
  /** The container whose processes an ephemeral one looks at. */
  readonly pidTarget?: string | undefined;
}

/** Kubernetes: generateContainerConfig. Throws with upstream's text when the pod's security settings contradict it. */
export function buildContainerConfig(input: ContainerInput): ContainerConfig {
  const { pod, container, restartCount, environment } = input;
  verifyNonRoot(pod, container, input.imageUser);
  const expand = (text: string): string => expandVariables(text, name => environment.get(name));
  return withoutAbsent<ContainerConfig>({
    name: container.name,
    attempt: restartCount,
    image: input.imageRef,
    userSpecifiedImage: container.image,
    command: container.command?.map(expand),
    args: container.args?.map(expand),
    workingDir: container.workingDir,
    env: [...environment].map(([name, value]) => ({ name, value })),
    mounts: input.mounts,
    labels: containerLabels(pod, container),
    annotations: containerAnnotations(pod, container, restartCount),
    logPath: logPathOf(container.name, restartCount),
    stdin: container.stdin,
    stdinOnce: container.stdinOnce,
    tty: container.tty,
    resources: containerResources(pod, container, input.memoryCapacityBytes),
    security: containerSecurity(pod, container, input.imageUser, input.seccompRoot, input.pidTarget),
    stopSignal: container.lifecycle?.stopSignal,
  });
}

/** Relative to the pod's log directory. */
export function logPathOf(name: string, restartCount: number): string {
  return `${name}/${restartCount}.log`;
}
