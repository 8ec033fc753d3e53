import { kubectlMinors, kubernetesVersion, type ProgramName, programOf } from './programs.ts';

/** One client, and the tests that it goes through. */
export interface ClientSuite {
  /** As `--only` names it. */
  readonly id: string;
  readonly title: string;
  readonly version: string;
  readonly programs: readonly ProgramName[];
  readonly files: readonly string[];
  /** Of a kubectl: what the tests know it by, and what to build where the machine has none of that version. */
  readonly kubectl?: { readonly minor: string; readonly program: ProgramName } | undefined;
}

const kubectlFiles = [
  'test/end-to-end/kubectl-verbs.test.ts',
  'test/end-to-end/kubectl-more-verbs.test.ts',
  'test/end-to-end/kubectl-pods.test.ts',
];

const newestKubectl = '1.36';

export const clientSuites: readonly ClientSuite[] = [
  {
    id: 'components',
    title: 'kube-scheduler and kube-controller-manager',
    version: kubernetesVersion,
    programs: ['kube-scheduler', 'kube-controller-manager'],
    files: ['test/peers/suites/components.test.ts'],
  },
  {
    id: 'client-go',
    title: 'client-go',
    version: '0.36.0',
    programs: [],
    files: ['test/peers/suites/client-go.test.ts'],
  },
  {
    id: 'operator',
    title: 'controller-runtime',
    version: '0.24.1',
    programs: [],
    files: ['test/peers/suites/operator.test.ts'],
  },
  {
    id: 'helm',
    title: 'helm',
    version: versionOf('helm'),
    programs: ['helm'],
    files: ['test/peers/suites/helm.test.ts'],
  },
  ...kubectlMinors.map(minor => kubectlSuite(minor, `kubectl-${minor}`)),
  kubectlSuite(newestKubectl, 'kubectl'),
];

function kubectlSuite(minor: string, program: ProgramName): ClientSuite {
  return {
    id: `kubectl-${minor}`,
    title: `kubectl ${minor}`,
    version: versionOf(program),
    programs: [],
    files: kubectlFiles,
    kubectl: { minor, program },
  };
}

function versionOf(name: ProgramName): string {
  return programOf(name).module.split('@v')[1]!;
}
