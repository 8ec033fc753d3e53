import type { CheckPod, PodSecurityCheck } from '../pod-security-check.ts';

/** Kubernetes: what reaches no further than the pod's own namespaces, by the release that found it safe. */
const safeSysctls: readonly (readonly [since: number, names: readonly string[]])[] = [
  [
    0,
    [
      'kernel.shm_rmid_forced',
      'net.ipv4.ip_local_port_range',
      'net.ipv4.tcp_syncookies',
      'net.ipv4.ping_group_range',
      'net.ipv4.ip_unprivileged_port_start',
    ],
  ],
  [27, ['net.ipv4.ip_local_reserved_ports']],
  [
    29,
    [
      'net.ipv4.tcp_keepalive_time',
      'net.ipv4.tcp_fin_timeout',
      'net.ipv4.tcp_keepalive_intvl',
      'net.ipv4.tcp_keepalive_probes',
    ],
  ],
  [32, ['net.ipv4.tcp_rmem', 'net.ipv4.tcp_wmem']],
];

function checkSysctls(safe: ReadonlySet<string>): CheckPod {
  return ({ spec }) => {
    const forbidden = (spec.securityContext?.sysctls ?? []).map(({ name }) => name).filter(name => !safe.has(name));
    return forbidden.length === 0 ? undefined : { reason: 'forbidden sysctls', detail: forbidden.join(', ') };
  };
}

function safeSince(release: number): ReadonlySet<string> {
  return new Set(safeSysctls.flatMap(([since, names]) => (since <= release ? names : [])));
}

export const sysctlCheck: PodSecurityCheck = {
  id: 'sysctls',
  level: 'baseline',
  versions: safeSysctls.map(([since]) => ({ since, check: checkSysctls(safeSince(since)) })),
};
