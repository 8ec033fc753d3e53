import type { Container } from '../../generated/index.ts';
import {
  allContainers,
  type CheckPod,
  exceptInUserNamespace,
  exceptOnWindows,
  nameContainers,
  nameSetters,
  namesWhere,
  type PodSecurityCheck,
  quoteAll,
  sortedSet,
} from '../pod-security-check.ts';

const checkPrivileged: CheckPod = ({ spec }) => {
  const names = namesWhere(spec, ({ securityContext }) => securityContext?.privileged === true);
  if (names.length === 0) return undefined;
  return { reason: 'privileged', detail: `${nameContainers(names)} must not set securityContext.privileged=true` };
};

const checkPrivilegeEscalation: CheckPod = ({ spec }) => {
  const names = namesWhere(spec, ({ securityContext }) => securityContext?.allowPrivilegeEscalation !== false);
  if (names.length === 0) return undefined;
  return {
    reason: 'allowPrivilegeEscalation != false',
    detail: `${nameContainers(names)} must set securityContext.allowPrivilegeEscalation=false`,
  };
};

const checkProcMount: CheckPod = ({ spec }) => {
  const names = namesWhere(spec, container => unusualProcMountsOf(container).length > 0);
  if (names.length === 0) return undefined;
  const kinds = sortedSet(allContainers(spec).flatMap(unusualProcMountsOf));
  return {
    reason: 'procMount',
    detail: `${nameContainers(names)} must not set securityContext.procMount to ${quoteAll(kinds)}`,
  };
};

function unusualProcMountsOf({ securityContext }: Container): readonly string[] {
  const procMount = securityContext?.procMount;
  return procMount === undefined || procMount === 'Default' ? [] : [procMount];
}

const checkRunAsNonRoot: CheckPod = ({ spec }) => {
  const ofPod = spec.securityContext?.runAsNonRoot;
  const reason = 'runAsNonRoot != true';
  const setters = nameSetters(
    ofPod === false,
    namesWhere(spec, ({ securityContext }) => securityContext?.runAsNonRoot === false),
  );
  if (setters !== '') return { reason, detail: `${setters} must not set securityContext.runAsNonRoot=false` };
  if (ofPod === true) return undefined;
  const silent = namesWhere(spec, ({ securityContext }) => securityContext?.runAsNonRoot === undefined);
  if (silent.length === 0) return undefined;
  return { reason, detail: `pod or ${nameContainers(silent)} must set securityContext.runAsNonRoot=true` };
};

const checkRunAsUser: CheckPod = ({ spec }) => {
  const setters = nameSetters(
    spec.securityContext?.runAsUser === 0,
    namesWhere(spec, ({ securityContext }) => securityContext?.runAsUser === 0),
  );
  return setters === '' ? undefined : { reason: 'runAsUser=0', detail: `${setters} must not set runAsUser=0` };
};

/** What lets a process do more than its user may. */
export const privilegeChecks: readonly PodSecurityCheck[] = [
  { id: 'privileged', level: 'baseline', versions: [{ since: 0, check: checkPrivileged }] },
  {
    id: 'procMount',
    level: 'baseline',
    versions: [
      { since: 0, check: checkProcMount },
      { since: 35, check: exceptInUserNamespace(checkProcMount) },
    ],
  },
  {
    id: 'allowPrivilegeEscalation',
    level: 'restricted',
    versions: [
      { since: 8, check: checkPrivilegeEscalation },
      { since: 25, check: exceptOnWindows(checkPrivilegeEscalation) },
    ],
  },
  {
    id: 'procMount_restricted',
    level: 'restricted',
    versions: [{ since: 35, check: checkProcMount, overrides: ['procMount'] }],
  },
  {
    id: 'runAsNonRoot',
    level: 'restricted',
    versions: [
      { since: 0, check: checkRunAsNonRoot },
      { since: 35, check: exceptInUserNamespace(checkRunAsNonRoot) },
    ],
  },
  {
    id: 'runAsUser',
    level: 'restricted',
    versions: [
      { since: 23, check: checkRunAsUser },
      { since: 35, check: exceptInUserNamespace(checkRunAsUser) },
    ],
  },
];
