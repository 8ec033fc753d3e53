import type { Container, SELinuxOptions } from '../../generated/index.ts';
import {
  allContainers,
  type CheckedPod,
  type CheckPod,
  exceptOnWindows,
  nameContainers,
  nameSetters,
  namesWhere,
  type PodSecurityCheck,
  type PodSecurityViolation,
  pluralize,
  quoteAll,
  sortedSet,
} from '../pod-security-check.ts';

const appArmorPrefix = 'container.apparmor.security.beta.kubernetes.io/';
const seccompPod = 'seccomp.security.alpha.kubernetes.io/pod';
const seccompPrefix = 'container.seccomp.security.alpha.kubernetes.io/';

/** The profiles of containers and pods that only weaken what a runtime does by itself. */
function isWeak(type: string | undefined): type is string {
  return type !== undefined && type !== 'RuntimeDefault' && type !== 'Localhost';
}

const checkAppArmor: CheckPod = ({ spec, annotations }) => {
  const ofPod = spec.securityContext?.appArmorProfile?.type;
  const typeOf = ({ securityContext }: Container): string | undefined => securityContext?.appArmorProfile?.type;
  const setter = nameSetters(
    isWeak(ofPod),
    namesWhere(spec, container => isWeak(typeOf(container))),
  );
  const values = [...sortedSet([ofPod, ...allContainers(spec).map(typeOf)].filter(isWeak))];
  const setters = setter === '' ? [] : [setter];
  const marks = appArmorAnnotations(annotations);
  if (marks.length > 0) {
    values.push(...marks);
    setters.push(pluralize('annotation', 'annotations', marks.length));
  }
  if (setters.length === 0) return undefined;
  return {
    reason: pluralize('forbidden AppArmor profile', 'forbidden AppArmor profiles', values.length),
    detail: `${setters.join(' and ')} must not set AppArmor profile type to ${quoteAll(values)}`,
  };
};

function appArmorAnnotations(annotations: CheckedPod['annotations']): readonly string[] {
  return Object.keys(annotations)
    .filter(key => key.startsWith(appArmorPrefix) && !isUsualAppArmor(annotations[key]!))
    .map(key => `${key}=${JSON.stringify(annotations[key])}`)
    .sort();
}

function isUsualAppArmor(profile: string): boolean {
  return profile === '' || profile === 'runtime/default' || profile.startsWith('localhost/');
}

/** Kubernetes: until 1.18 annotations said what fields say since. */
const checkSeccompAnnotations: CheckPod = ({ spec, annotations }) => {
  const keys = [seccompPod, ...allContainers(spec).map(({ name }) => seccompPrefix + name)];
  const forbidden = sortedSet(
    keys
      .filter(key => annotations[key] !== undefined && !isUsualSeccomp(annotations[key]))
      .map(key => `${key}=${JSON.stringify(annotations[key])}`),
  );
  if (forbidden.length === 0) return undefined;
  const what = pluralize('annotation', 'annotations', forbidden.length);
  return { reason: 'seccompProfile', detail: `forbidden ${what} ${forbidden.join(', ')}` };
};

function isUsualSeccomp(profile: string): boolean {
  return profile === 'runtime/default' || profile === 'docker/default' || profile.startsWith('localhost/');
}

function seccompTypeOf({ securityContext }: Container): string | undefined {
  return securityContext?.seccompProfile?.type;
}

function findWeakSeccomp({ spec }: CheckedPod): PodSecurityViolation | undefined {
  const ofPod = spec.securityContext?.seccompProfile?.type;
  const setters = nameSetters(
    isWeak(ofPod),
    namesWhere(spec, container => isWeak(seccompTypeOf(container))),
  );
  if (setters === '') return undefined;
  const values = sortedSet([ofPod, ...allContainers(spec).map(seccompTypeOf)].filter(isWeak));
  const what = 'must not set securityContext.seccompProfile.type to';
  return { reason: 'seccompProfile', detail: `${setters} ${what} ${quoteAll(values)}` };
}

const checkSeccompSet: CheckPod = pod => {
  const weak = findWeakSeccomp(pod);
  if (weak !== undefined || pod.spec.securityContext?.seccompProfile !== undefined) return weak;
  const silent = namesWhere(pod.spec, container => seccompTypeOf(container) === undefined);
  if (silent.length === 0) return undefined;
  const what = 'must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost"';
  return { reason: 'seccompProfile', detail: `pod or ${nameContainers(silent)} ${what}` };
};

const selinuxTypes = ['', 'container_t', 'container_init_t', 'container_kvm_t'];

function checkSelinux(types: readonly string[]): CheckPod {
  const isUsual = (options: SELinuxOptions | undefined): boolean =>
    options === undefined || (types.includes(options.type ?? '') && !options.user && !options.role);
  return ({ spec }) => {
    const ofPod = spec.securityContext?.seLinuxOptions;
    const setters = nameSetters(
      !isUsual(ofPod),
      namesWhere(spec, ({ securityContext }) => !isUsual(securityContext?.seLinuxOptions)),
    );
    if (setters === '') return undefined;
    const all = [ofPod, ...allContainers(spec).map(({ securityContext }) => securityContext?.seLinuxOptions)];
    const faults = describeSelinux(all, types).join('; ');
    return { reason: 'seLinuxOptions', detail: `${setters} set forbidden securityContext.seLinuxOptions: ${faults}` };
  };
}

function describeSelinux(all: readonly (SELinuxOptions | undefined)[], types: readonly string[]): readonly string[] {
  const faults: string[] = [];
  const bad = sortedSet(all.map(options => options?.type ?? '').filter(type => !types.includes(type)));
  if (bad.length > 0) faults.push(`${pluralize('type', 'types', bad.length)} ${quoteAll(bad)}`);
  if (all.some(options => options?.user)) faults.push('user may not be set');
  if (all.some(options => options?.role)) faults.push('role may not be set');
  return faults;
}

/** What the kernel's security modules hold a process to. */
export const profileChecks: readonly PodSecurityCheck[] = [
  { id: 'appArmorProfile', level: 'baseline', versions: [{ since: 0, check: checkAppArmor }] },
  {
    id: 'seLinuxOptions',
    level: 'baseline',
    versions: [
      { since: 0, check: checkSelinux(selinuxTypes) },
      { since: 31, check: checkSelinux([...selinuxTypes, 'container_engine_t']) },
    ],
  },
  {
    id: 'seccompProfile_baseline',
    level: 'baseline',
    versions: [
      { since: 0, check: checkSeccompAnnotations },
      { since: 19, check: findWeakSeccomp },
    ],
  },
  {
    id: 'seccompProfile_restricted',
    level: 'restricted',
    versions: [
      { since: 19, check: checkSeccompSet, overrides: ['seccompProfile_baseline'] },
      { since: 25, check: exceptOnWindows(checkSeccompSet), overrides: ['seccompProfile_baseline'] },
    ],
  },
];
