import type { HostAlias, Pod } from '../../api/generated/index.ts';

const header = '# Kubernetes-managed hosts file.\n';
const hostNetworkHeader = '# Kubernetes-managed hosts file (host network).\n';
const fixedEntries = [
  '127.0.0.1\tlocalhost',
  '::1\tlocalhost ip6-localhost ip6-loopback',
  'fe00::0\tip6-localnet',
  'fe00::0\tip6-mcastprefix',
  'fe00::1\tip6-allnodes',
  'fe00::2\tip6-allrouters',
];

/** The hosts file of a pod with a network of its own. */
export function formatHostsFile(pod: Pod, ips: readonly string[], clusterDomain: string): string {
  const { hostname, domain } = hostnameOf(pod, clusterDomain);
  const name = domain === '' ? hostname : `${hostname}.${domain}\t${hostname}`;
  const lines = [...fixedEntries, ...ips.map(ip => `${ip}\t${name}`)];
  return `${header}${lines.join('\n')}\n${formatAliases(pod.spec.hostAliases)}`;
}

/** The node's own, for a pod on its network. */
export function extendHostsFile(pod: Pod, nodesOwn: string): string {
  return hostNetworkHeader + nodesOwn + formatAliases(pod.spec.hostAliases);
}

function formatAliases(aliases: readonly HostAlias[] | undefined): string {
  if (aliases === undefined || aliases.length === 0) return '';
  const lines = aliases.map(({ ip, hostnames = [] }) => `${ip}\t${hostnames.join('\t')}\n`);
  return `\n# Entries added by HostAliases.\n${lines.join('')}`;
}

/** Kubernetes: GeneratePodHostNameAndDomain. A host name has at most 63 characters and does not end in a dot or dash. */
export function hostnameOf(pod: Pod, clusterDomain: string): { readonly hostname: string; readonly domain: string } {
  const { hostname: asked, hostnameOverride, subdomain = '' } = pod.spec;
  if (hostnameOverride !== undefined) return { hostname: truncate(hostnameOverride), domain: '' };
  const hostname = truncate(asked === undefined || asked === '' ? (pod.metadata.name ?? '') : asked);
  const domain = subdomain === '' ? '' : `${subdomain}.${pod.metadata.namespace}.svc.${clusterDomain}`;
  return { hostname, domain };
}

/** What the kernel is told: with `setHostnameAsFQDN` the full name. */
export function kernelHostnameOf(pod: Pod, clusterDomain: string): string {
  const { hostname, domain } = hostnameOf(pod, clusterDomain);
  if (pod.spec.setHostnameAsFQDN !== true || domain === '') return hostname;
  const full = `${hostname}.${domain}`;
  if (full.length <= 64) return full;
  throw new Error(
    `failed to construct FQDN from pod hostname and cluster domain, FQDN ${full} is too long (64 characters is the max, ${full.length} characters requested)`,
  );
}

function truncate(name: string): string {
  return name.length <= 63 ? name : name.slice(0, 63).replace(/[-.]+$/, '');
}
