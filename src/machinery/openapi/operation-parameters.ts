/** A parameter in an operation's address. */
export interface QueryParameter {
  readonly name: string;
  readonly type: 'string' | 'integer' | 'boolean';
}

const strings = (...names: string[]): QueryParameter[] => names.map(name => ({ name, type: 'string' }));
const integers = (...names: string[]): QueryParameter[] => names.map(name => ({ name, type: 'integer' }));
const booleans = (...names: string[]): QueryParameter[] => names.map(name => ({ name, type: 'boolean' }));

export const pretty: readonly QueryParameter[] = strings('pretty');
export const writing: readonly QueryParameter[] = strings('dryRun', 'fieldManager', 'fieldValidation');
export const patching: readonly QueryParameter[] = [...writing, ...booleans('force')];
export const listing: readonly QueryParameter[] = [
  ...booleans('allowWatchBookmarks'),
  ...strings('continue', 'fieldSelector', 'labelSelector'),
  ...integers('limit'),
  ...strings('resourceVersion', 'resourceVersionMatch'),
  ...booleans('sendInitialEvents'),
  ...integers('timeoutSeconds'),
  ...booleans('watch'),
];
export const deleting: readonly QueryParameter[] = [
  ...strings('dryRun'),
  ...integers('gracePeriodSeconds'),
  ...booleans('ignoreStoreReadErrorWithClusterBreakingPotential', 'orphanDependents'),
  ...strings('propagationPolicy'),
];
const streams = [...strings('container'), ...booleans('stderr', 'stdin', 'stdout', 'tty')];

/** Kubernetes: query parameters that stand for the fields of the kinds which connecting subresources take. */
export const optionParameters: Readonly<Record<string, readonly QueryParameter[]>> = {
  PodExecOptions: [...strings('command'), ...streams],
  PodAttachOptions: streams,
  PodPortForwardOptions: integers('ports'),
  PodProxyOptions: strings('path'),
  NodeProxyOptions: strings('path'),
  ServiceProxyOptions: strings('path'),
};

export const logParameters: readonly QueryParameter[] = [
  ...strings('container'),
  ...booleans('follow', 'insecureSkipTLSVerifyBackend'),
  ...integers('limitBytes'),
  ...booleans('previous'),
  ...integers('sinceSeconds'),
  ...strings('stream'),
  ...integers('tailLines'),
  ...booleans('timestamps'),
];
