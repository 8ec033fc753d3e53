import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureClusterPki, writeKubeconfig } from '../../src/drivers/tls/index.ts';
import { requestApi } from '../end-to-end/api-request.ts';
import { buildPrograms } from './build-programs.ts';
import { findFreePorts } from './free-port.ts';
import { PeerProcess } from './peer-process.ts';

export interface KubeApiserverOptions {
  /** Further flags: `--feature-gates=…`; a later one wins over ours. */
  readonly flags?: readonly string[];
  /** For etcd's and the server's data, which go with it. Default below the system's temporary folder. */
  readonly parent?: string;
}

/** Upstream's API server over upstream's etcd. */
export interface RunningKubeApiserver extends AsyncDisposable {
  /** Of a member of system:masters. */
  readonly kubeconfig: string;
  /** `https://127.0.0.1:34567` */
  readonly server: string;
  /** `http://127.0.0.1:34568` */
  readonly etcd: string;
  /** With `ca.crt`, `ca.key`, `sa.key` and `sa.pub`. */
  readonly pki: string;
  readonly processes: { readonly etcd: PeerProcess; readonly apiserver: PeerProcess };
}

/**
 * Starts etcd and kube-apiserver v1.36 on free ports of 127.0.0.1 with certificates of their own, and resolves when the
 * server is ready. Builds the programs first where they are missing. Disposing stops both and removes what they wrote.
 */
export async function startKubeApiserver(options: KubeApiserverOptions = {}): Promise<RunningKubeApiserver> {
  const programs = await buildPrograms(['etcd', 'kube-apiserver']);
  await using started = new AsyncDisposableStack();
  const directory = mkdtempSync(join(options.parent ?? tmpdir(), 'sampan-upstream-'));
  started.defer(() => rmSync(directory, { recursive: true, force: true }));
  const [clientPort, peerPort, port] = (await findFreePorts(3)) as [number, number, number];
  const etcdUrl = `http://127.0.0.1:${clientPort}`;
  const etcd = started.use(startEtcd(programs.etcd, directory, etcdUrl, `http://127.0.0.1:${peerPort}`));
  await etcd.until('healthy', () => isHealthy(`${etcdUrl}/health`));

  const pki = join(directory, 'pki');
  const server = `https://127.0.0.1:${port}`;
  const kubeconfig = writeCredentials(pki, join(directory, 'admin.kubeconfig'), server);
  const apiserver = started.use(
    new PeerProcess({
      name: 'kube-apiserver',
      path: programs['kube-apiserver'],
      args: [...serverFlags(directory, pki, etcdUrl, port), ...(options.flags ?? [])],
      log: join(directory, 'kube-apiserver.log'),
    }),
  );
  await apiserver.until('ready', () => isReady(kubeconfig));
  const teardown = started.move();
  return {
    kubeconfig,
    server,
    etcd: etcdUrl,
    pki,
    processes: { etcd, apiserver },
    [Symbol.asyncDispose]: () => teardown.disposeAsync(),
  };
}

/** Whether an API server, of whatever make, says that it is ready. */
export async function isReady(kubeconfig: string): Promise<boolean> {
  return requestApi(kubeconfig, 'GET', '/readyz').then(
    ({ status }) => status === 200,
    () => false,
  );
}

function startEtcd(path: string, directory: string, clientUrl: string, peerUrl: string): PeerProcess {
  const data = join(directory, 'etcd');
  mkdirSync(data, { mode: 0o700 });
  const args = [
    `--data-dir=${data}`,
    `--listen-client-urls=${clientUrl}`,
    `--advertise-client-urls=${clientUrl}`,
    `--listen-peer-urls=${peerUrl}`,
    `--initial-advertise-peer-urls=${peerUrl}`,
    `--initial-cluster=default=${peerUrl}`,
    '--log-level=warn',
  ];
  return new PeerProcess({ name: 'etcd', path, args, log: join(directory, 'etcd.log') });
}

function isHealthy(url: string): Promise<boolean> {
  return new Promise(resolve => {
    get(url, { agent: false }, response => {
      response.resume();
      resolve(response.statusCode === 200);
    }).on('error', () => resolve(false));
  });
}

/** Writes keys, certificates and the admin's kubeconfig; resolves to the latter. */
function writeCredentials(directory: string, kubeconfig: string, server: string): string {
  const pki = ensureClusterPki({ directory, nowMs: Date.now() });
  // Whom aggregated servers and the node's own believe to be the API server.
  pki.ensureClient('apiserver-client', { commonName: 'kube-apiserver', organizations: ['system:masters'] });
  pki.ensureFrontProxy();
  writeKubeconfig(kubeconfig, {
    server,
    certificateAuthority: pki.authority.certificate,
    clientCertificate: pki.admin.certificate,
    clientKey: pki.admin.privateKey,
  });
  return kubeconfig;
}

/** Kubernetes: what kubeadm gives it. */
function serverFlags(directory: string, pki: string, etcd: string, port: number): readonly string[] {
  const file = (name: string): string => join(pki, name);
  return [
    `--etcd-servers=${etcd}`,
    '--bind-address=127.0.0.1',
    `--secure-port=${port}`,
    `--cert-dir=${join(directory, 'certificates')}`,
    `--tls-cert-file=${file('apiserver.crt')}`,
    `--tls-private-key-file=${file('apiserver.key')}`,
    `--client-ca-file=${file('ca.crt')}`,
    `--kubelet-client-certificate=${file('apiserver-client.crt')}`,
    `--kubelet-client-key=${file('apiserver-client.key')}`,
    `--proxy-client-cert-file=${file('front-proxy-client.crt')}`,
    `--proxy-client-key-file=${file('front-proxy-client.key')}`,
    `--requestheader-client-ca-file=${file('front-proxy-ca.crt')}`,
    '--requestheader-allowed-names=front-proxy-client',
    '--requestheader-username-headers=X-Remote-User',
    '--requestheader-group-headers=X-Remote-Group',
    '--requestheader-extra-headers-prefix=X-Remote-Extra-',
    '--service-account-issuer=https://kubernetes.default.svc.cluster.local',
    `--service-account-key-file=${file('sa.pub')}`,
    `--service-account-signing-key-file=${file('sa.key')}`,
    '--service-cluster-ip-range=10.96.0.0/16',
    '--authorization-mode=Node,RBAC',
    '--enable-admission-plugins=NodeRestriction',
    '--enable-bootstrap-token-auth=true',
    '--allow-privileged=true',
    // Endpoints may not be on a loopback address, and this one is for nobody else.
    '--endpoint-reconciler-type=none',
  ];
}
