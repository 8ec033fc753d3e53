import { join } from 'node:path';
import { buildPrograms } from './build-programs.ts';
import { findFreePorts } from './free-port.ts';
import { PeerProcess } from './peer-process.ts';
import { requestUrl } from './request-url.ts';

export type ComponentName = 'kube-scheduler' | 'kube-controller-manager';

/** One of upstream's components beside a `sampan server` that leaves it out. */
export interface RunningComponent extends AsyncDisposable {
  readonly name: ComponentName;
  readonly process: PeerProcess;
  /** Whether its own `/healthz` says ok, with everything that it checks. */
  isHealthy(): Promise<boolean>;
}

/** Starts it with the kubeconfig that the data directory holds for it; resolves when it is healthy. */
export async function startComponent(
  name: ComponentName,
  data: string,
  logs: string,
  flags: readonly string[] = [],
): Promise<RunningComponent> {
  const programs = await buildPrograms([name]);
  const [port] = (await findFreePorts(1)) as [number];
  const process = new PeerProcess({
    name,
    path: programs[name],
    args: [...commonFlags(data, port, kubeconfigs[name]), ...ownFlags[name](data), ...flags],
    log: join(logs, `${name}.log`),
  });
  const isHealthy = async (): Promise<boolean> =>
    (await requestUrl(`https://127.0.0.1:${port}/healthz`)).status === 200;
  try {
    await process.until('healthy', isHealthy);
  } catch (error) {
    await process.stop();
    throw error;
  }
  return { name, process, isHealthy, [Symbol.asyncDispose]: () => process.stop() };
}

const kubeconfigs: Readonly<Record<ComponentName, string>> = {
  'kube-scheduler': 'scheduler.kubeconfig',
  'kube-controller-manager': 'controller-manager.kubeconfig',
};

/** Kubernetes: what kubeadm gives both. */
function commonFlags(data: string, port: number, kubeconfigName: string): readonly string[] {
  const kubeconfig = join(data, kubeconfigName);
  return [
    `--kubeconfig=${kubeconfig}`,
    `--authentication-kubeconfig=${kubeconfig}`,
    `--authorization-kubeconfig=${kubeconfig}`,
    '--bind-address=127.0.0.1',
    `--secure-port=${port}`,
    '--leader-elect=true',
    '--v=2',
  ];
}

const ownFlags: Readonly<Record<ComponentName, (data: string) => readonly string[]>> = {
  'kube-scheduler': () => [],
  'kube-controller-manager': data => [
    '--controllers=*,bootstrap-signer-controller,token-cleaner-controller',
    '--use-service-account-credentials=true',
    `--root-ca-file=${join(data, 'pki/ca.crt')}`,
    `--cluster-signing-cert-file=${join(data, 'pki/ca.crt')}`,
    `--cluster-signing-key-file=${join(data, 'pki/ca.key')}`,
    `--service-account-private-key-file=${join(data, 'pki/sa.key')}`,
    '--allocate-node-cidrs=true',
    '--cluster-cidr=10.244.0.0/16',
    '--service-cluster-ip-range=10.96.0.0/16',
  ],
};
