/** A file below /proc/sys that must hold `1`, and what fails where it does not. */
export interface KernelSetting {
  readonly path: string;
  readonly consequence: string;
}

const ipv4Settings: readonly KernelSetting[] = [
  { path: '/proc/sys/net/ipv4/ip_forward', consequence: 'pods reach nothing beyond their own node bridge' },
  {
    path: '/proc/sys/net/bridge/bridge-nf-call-iptables',
    consequence: 'pods do not reach Services whose pods are on the same node',
  },
];

const ipv6Settings: readonly KernelSetting[] = [
  { path: '/proc/sys/net/ipv6/conf/all/forwarding', consequence: 'pods reach nothing over IPv6 beyond their bridge' },
  {
    path: '/proc/sys/net/bridge/bridge-nf-call-ip6tables',
    consequence: 'pods do not reach IPv6 Services whose pods are on the same node',
  },
];

export function kernelSettings(hasIpv6: boolean): readonly KernelSetting[] {
  return hasIpv6 ? [...ipv4Settings, ...ipv6Settings] : ipv4Settings;
}

/**
 * A shell command that makes the setting, and leaves it alone where it is right already: /proc/sys may be read-only.
 * The file of the bridge exists only once its kernel module is loaded.
 */
export function settingCommand(setting: KernelSetting): string[] {
  const file = setting.path;
  const load = file.includes('/bridge/') ? `[ -e ${file} ] || modprobe br_netfilter; ` : '';
  return ['sh', '-c', `${load}[ "$(cat ${file})" = 1 ] || echo 1 > ${file}`];
}
