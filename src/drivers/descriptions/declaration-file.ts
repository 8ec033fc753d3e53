/** Kubernetes: groups whose packages are not named as the group is, without `.k8s.io`. */
const groupFolders: Readonly<Record<string, string>> = {
  core: '',
  apps: 'apps/',
  autoscaling: 'autoscaling/',
  batch: 'batch/',
  policy: 'policy/',
  flowcontrol: 'flowcontrol.apiserver.k8s.io/',
  rbac: 'rbac.authorization.k8s.io/',
};

/**
 * Which module of which npm package declares a definition: `io.k8s.api.apps.v1.Deployment` is in
 * `kubernetes-models/apps/v1/Deployment`. Undefined for what is not Kubernetes' own.
 */
export function declarationModule(definition: string): string | undefined {
  const machinery = /^io\.k8s\.apimachinery\.pkg\.(.+)$/.exec(definition)?.[1];
  if (machinery !== undefined) return `@kubernetes-models/apimachinery/${machinery.replaceAll('.', '/')}`;
  const [, group, version, kind] = /^io\.k8s\..*?([\w-]+)\.(v\w+)\.(\w+)$/.exec(definition) ?? [];
  if (group === undefined) return undefined;
  return `kubernetes-models/${groupFolders[group] ?? `${group}.k8s.io/`}${version}/${kind}`;
}
