import type { AppArmorProfile, Container, Pod, SeccompProfile, SecurityContext } from '../../api/generated/index.ts';
import { quoteGo } from '../../machinery/index.ts';
import { formatPod } from '../facts/index.ts';
import type { ContainerSecurity, SecurityProfile } from '../runtime/index.ts';
import { withoutAbsent } from '../without-absent.ts';
import { namespacesOf } from './namespaces.ts';

/** The user that an image runs as: by number, or by a name that only the image's own passwd file explains. */
export interface ImageUser {
  readonly uid?: number | undefined;
  readonly username?: string | undefined;
}

/** Kubernetes: kept in step with moby's defaults. */
const maskedPaths = [
  '/proc/asound',
  '/proc/acpi',
  '/proc/interrupts',
  '/proc/kcore',
  '/proc/keys',
  '/proc/latency_stats',
  '/proc/timer_list',
  '/proc/timer_stats',
  '/proc/sched_debug',
  '/proc/scsi',
  '/sys/firmware',
  '/sys/devices/virtual/powercap',
];
const readonlyPaths = ['/proc/bus', '/proc/fs', '/proc/irq', '/proc/sys', '/proc/sysrq-trigger'];

/** Kubernetes: DetermineEffectiveSecurityContext. A container's own settings over the pod's. */
export function effectiveSecurity(pod: Pod, container: Container): SecurityContext {
  const { runAsUser, runAsGroup, runAsNonRoot, seLinuxOptions } = pod.spec.securityContext ?? {};
  const own = Object.fromEntries(
    Object.entries(container.securityContext ?? {}).filter(([, value]) => value !== undefined),
  );
  return { runAsUser, runAsGroup, runAsNonRoot, seLinuxOptions, ...own };
}

export function isPrivileged(pod: Pod): boolean {
  return [...pod.spec.containers, ...(pod.spec.initContainers ?? []), ...(pod.spec.ephemeralContainers ?? [])].some(
    container => container.securityContext?.privileged === true,
  );
}

/** Throws with upstream's text when `runAsNonRoot` forbids what would run. */
export function verifyNonRoot(pod: Pod, container: Container, user: ImageUser): void {
  const { runAsNonRoot, runAsUser } = effectiveSecurity(pod, container);
  if (runAsNonRoot !== true) return;
  const where = `(pod: ${quoteGo(formatPod(pod))}, container: ${container.name})`;
  if (runAsUser !== undefined) {
    if (runAsUser === 0) throw new Error(`container's runAsUser breaks non-root policy ${where}`);
    return;
  }
  const { uid, username = '' } = user;
  // An image that names no user runs as root.
  if (uid === 0 || (uid === undefined && username === ''))
    throw new Error(`container has runAsNonRoot and image will run as root ${where}`);
  if (uid !== undefined) return;
  throw new Error(
    `container has runAsNonRoot and image has non-numeric user (${username}), cannot verify user is non-root ${where}`,
  );
}

export function containerSecurity(
  pod: Pod,
  container: Container,
  user: ImageUser,
  seccompRoot: string,
  pidTarget?: string,
): ContainerSecurity {
  const effective = effectiveSecurity(pod, container);
  const isUnmasked = effective.procMount === 'Unmasked';
  const namespaces = namespacesOf(pod);
  return withoutAbsent<ContainerSecurity>({
    addCapabilities: effective.capabilities?.add,
    dropCapabilities: effective.capabilities?.drop,
    privileged: effective.privileged,
    namespaces: pidTarget === undefined ? namespaces : { ...namespaces, pid: 'target', targetId: pidTarget },
    runAsUser: effective.runAsUser ?? user.uid,
    runAsGroup: effective.runAsGroup,
    runAsUsername: effective.runAsUser === undefined && user.uid === undefined ? user.username : undefined,
    readonlyRootfs: effective.readOnlyRootFilesystem,
    supplementalGroups: supplementalGroupsOf(pod),
    supplementalGroupsPolicy: policyOf(pod),
    noNewPrivileges: effective.allowPrivilegeEscalation === false,
    maskedPaths: isUnmasked ? [] : maskedPaths,
    readonlyPaths: isUnmasked ? [] : readonlyPaths,
    seccomp: seccompOf(pod, container, seccompRoot),
    apparmor: appArmorOf(container.securityContext?.appArmorProfile ?? pod.spec.securityContext?.appArmorProfile),
    selinux: effective.seLinuxOptions === undefined ? undefined : withoutAbsent(effective.seLinuxOptions),
  });
}

export function supplementalGroupsOf(pod: Pod): readonly number[] {
  const { fsGroup, supplementalGroups = [] } = pod.spec.securityContext ?? {};
  return fsGroup === undefined ? supplementalGroups : [fsGroup, ...supplementalGroups];
}

export function policyOf(pod: Pod): 'Merge' | 'Strict' | undefined {
  return pod.spec.securityContext?.supplementalGroupsPolicy as 'Merge' | 'Strict' | undefined;
}

/** Kubernetes: without a profile in container or pod there is no filter. */
function seccompOf(pod: Pod, container: Container, root: string): SecurityProfile {
  const profile: SeccompProfile | undefined =
    container.securityContext?.seccompProfile ?? pod.spec.securityContext?.seccompProfile;
  if (profile?.type === 'RuntimeDefault') return { kind: 'runtimeDefault' };
  if (profile?.type !== 'Localhost') return { kind: 'unconfined' };
  if (profile.localhostProfile === undefined || profile.localhostProfile === '') {
    throw new Error('localhostProfile must be set if seccompProfile type is Localhost.');
  }
  return { kind: 'localhost', ref: `${root}/${profile.localhostProfile}` };
}

function appArmorOf(profile: AppArmorProfile | undefined): SecurityProfile | undefined {
  if (profile === undefined) return undefined;
  if (profile.type === 'RuntimeDefault') return { kind: 'runtimeDefault' };
  if (profile.type === 'Unconfined') return { kind: 'unconfined' };
  return { kind: 'localhost', ref: profile.localhostProfile ?? '' };
}
