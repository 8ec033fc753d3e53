/**
 * One role that Kubernetes creates at start. Each rule is one line, its parts separated by ` | ` and their words by
 * spaces: `verbs | apiGroups | resources`, with resourceNames as an optional fourth part, or `verbs | nonResourceURLs`.
 * The core group is written `""`.
 */
export interface RoleFacts {
  readonly name: string;
  readonly namespace?: string;
  /** `admin`: carries the label `rbac.authorization.k8s.io/aggregate-to-admin`. */
  readonly aggregatesTo?: readonly string[];
  /** `admin`: collects the rules of ClusterRoles with that label. */
  readonly aggregatesFrom?: readonly string[];
  readonly rules: readonly string[];
}

/** One binding: role and subjects as `Kind name`, service accounts as `ServiceAccount namespace/name`. */
export interface BindingFacts {
  readonly name: string;
  readonly namespace?: string;
  readonly role: string;
  readonly subjects: readonly string[];
}
