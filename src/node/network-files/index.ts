/**
 * How a pod resolves names: resolv.conf by its DNS policy, the hosts file, its host name. Pure text.
 */
export { extendHostsFile, formatHostsFile, hostnameOf, kernelHostnameOf } from './hosts-file.ts';
export { type ClusterDns, parseResolvConf, type Resolver, resolverOf } from './resolv-conf.ts';
