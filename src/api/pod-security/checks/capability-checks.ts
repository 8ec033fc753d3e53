import type { Container } from '../../generated/index.ts';
import {
  allContainers,
  type CheckPod,
  exceptOnWindows,
  nameContainers,
  namesWhere,
  type PodSecurityCheck,
  quoteAll,
  sortedSet,
} from '../pod-security-check.ts';

/** Kubernetes: what container runtimes give without being asked, but for NET_RAW. */
const usualCapabilities: ReadonlySet<string> = new Set([
  'AUDIT_WRITE',
  'CHOWN',
  'DAC_OVERRIDE',
  'FOWNER',
  'FSETID',
  'KILL',
  'MKNOD',
  'NET_BIND_SERVICE',
  'SETFCAP',
  'SETGID',
  'SETPCAP',
  'SETUID',
  'SYS_CHROOT',
]);

const leastCapabilities: ReadonlySet<string> = new Set(['NET_BIND_SERVICE']);

const checkUsual: CheckPod = ({ spec }) => {
  const detail = describeAdded(allContainers(spec), usualCapabilities);
  return detail === undefined ? undefined : { reason: 'non-default capabilities', detail };
};

const checkLeast: CheckPod = ({ spec }) => {
  const keeping = namesWhere(spec, ({ securityContext }) => !securityContext?.capabilities?.drop?.includes('ALL'));
  const details: string[] = [];
  if (keeping.length > 0) {
    details.push(`${nameContainers(keeping)} must set securityContext.capabilities.drop=["ALL"]`);
  }
  const added = describeAdded(allContainers(spec), leastCapabilities);
  if (added !== undefined) details.push(added);
  return details.length === 0 ? undefined : { reason: 'unrestricted capabilities', detail: details.join('; ') };
};

function describeAdded(containers: readonly Container[], allowed: ReadonlySet<string>): string | undefined {
  const addedBeyond = ({ securityContext }: Container): readonly string[] =>
    (securityContext?.capabilities?.add ?? []).filter(capability => !allowed.has(capability));
  const names = containers.filter(container => addedBeyond(container).length > 0).map(({ name }) => name);
  if (names.length === 0) return undefined;
  const added = sortedSet(containers.flatMap(addedBeyond));
  return `${nameContainers(names)} must not include ${quoteAll(added)} in securityContext.capabilities.add`;
}

export const capabilityChecks: readonly PodSecurityCheck[] = [
  { id: 'capabilities_baseline', level: 'baseline', versions: [{ since: 0, check: checkUsual }] },
  {
    id: 'capabilities_restricted',
    level: 'restricted',
    versions: [
      { since: 22, check: checkLeast, overrides: ['capabilities_baseline'] },
      { since: 25, check: exceptOnWindows(checkLeast), overrides: ['capabilities_baseline'] },
    ],
  },
];
