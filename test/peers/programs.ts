/** The version of Kubernetes whose programs are Sampan's peers: the one whose API it serves. */
export const kubernetesVersion = '1.36.0';

/** One program of upstream, as its Go module has it. */
export interface Program {
  /** The folder with its module, below the cache; programs of one module share it. */
  readonly folder: string;
  /** `k8s.io/kubernetes@v1.36.0` */
  readonly module: string;
  /** What to build: an import path. */
  readonly package: string;
  /** A package's tests as a program, instead of a command. */
  readonly isTest?: boolean;
}

/** The newest patch of each kubectl that Sampan answers besides its own, by minor version. */
const olderKubectls = {
  '1.27': '1.27.16',
  '1.28': '1.28.15',
  '1.29': '1.29.15',
  '1.30': '1.30.14',
  '1.31': '1.31.14',
  '1.32': '1.32.13',
  '1.33': '1.33.13',
  '1.34': '1.34.4',
  '1.35': '1.35.4',
} as const;

export type KubectlMinor = keyof typeof olderKubectls;
export const kubectlMinors = Object.keys(olderKubectls) as readonly KubectlMinor[];

const kubernetes = { folder: 'suite', module: `k8s.io/kubernetes@v${kubernetesVersion}` };

const currentPrograms = {
  'e2e.test': { ...kubernetes, package: 'k8s.io/kubernetes/test/e2e', isTest: true },
  ginkgo: { ...kubernetes, package: 'github.com/onsi/ginkgo/v2/ginkgo' },
  kubectl: { ...kubernetes, package: 'k8s.io/kubernetes/cmd/kubectl' },
  'kube-apiserver': { ...kubernetes, package: 'k8s.io/kubernetes/cmd/kube-apiserver' },
  'kube-scheduler': { ...kubernetes, package: 'k8s.io/kubernetes/cmd/kube-scheduler' },
  'kube-controller-manager': { ...kubernetes, package: 'k8s.io/kubernetes/cmd/kube-controller-manager' },
  agnhost: { ...kubernetes, package: 'k8s.io/kubernetes/test/images/agnhost' },
  nonewprivs: { ...kubernetes, package: 'k8s.io/kubernetes/test/images/nonewprivs' },
  'sample-apiserver': {
    folder: 'sample',
    module: 'k8s.io/sample-apiserver@v0.36.0',
    package: 'k8s.io/sample-apiserver',
  },
  etcd: { folder: 'etcd', module: 'go.etcd.io/etcd/server/v3@v3.6.5', package: 'go.etcd.io/etcd/server/v3' },
  helm: { folder: 'helm', module: 'helm.sh/helm/v3@v3.22.0', package: 'helm.sh/helm/v3/cmd/helm' },
} as const satisfies Record<string, Program>;

export type ProgramName = keyof typeof currentPrograms | `kubectl-${KubectlMinor}`;

export function programOf(name: ProgramName): Program {
  const minor = /^kubectl-(.*)$/.exec(name)?.[1] as KubectlMinor | undefined;
  if (minor === undefined) return currentPrograms[name as keyof typeof currentPrograms];
  return {
    folder: name,
    module: `k8s.io/kubernetes@v${olderKubectls[minor]}`,
    package: 'k8s.io/kubernetes/cmd/kubectl',
  };
}
