import { dirname } from 'node:path';
import { dataDirectory } from '../../src/cli/data-directory.ts';
import { writeComponentKubeconfigs } from '../../src/cli/up/component-kubeconfigs.ts';
import { ensureClusterPki, readKubeconfig } from '../../src/drivers/tls/index.ts';
import { newDirectory, removeDirectory, TestCluster } from '../end-to-end/cluster-process.ts';
import { startKubeApiserver } from './start-kube-apiserver.ts';

/** An API server without controllers and scheduler, whose data directory is laid out as Sampan's. */
export interface JudgedServer extends AsyncDisposable {
  readonly kubeconfig: string;
  /** With `pki/` and the kubeconfigs of both components. */
  readonly directory: string;
  /** What it has complained of so far. */
  complaints(): string;
  /** Kills it and starts it again over the same data and port. Absent where the server is upstream's. */
  restart?(): Promise<void>;
}

/**
 * `sampan server --without scheduler,controllers`; with SAMPAN_PEERS_SERVER=kube-apiserver upstream's own, to find out
 * whether a test asks for more than Kubernetes does.
 */
export function startJudgedServer(): Promise<JudgedServer> {
  return process.env['SAMPAN_PEERS_SERVER'] === 'kube-apiserver' ? startUpstream() : startSampan();
}

async function startSampan(): Promise<JudgedServer> {
  const directory = newDirectory();
  // A server that listens on a loopback address only has no endpoints to tell.
  const flags = ['--without', 'scheduler,controllers', '--bind-address', '0.0.0.0'];
  let cluster = await TestCluster.start(flags, directory, 'server');
  const { port } = new URL((await readKubeconfig(cluster.kubeconfig)).server);
  return {
    kubeconfig: cluster.kubeconfig,
    directory,
    complaints: () => cluster.process.stderr,
    restart: async () => {
      await cluster.kill();
      cluster = await TestCluster.start([...flags, '--port', port], directory, 'server');
    },
    [Symbol.asyncDispose]: async () => {
      await cluster[Symbol.asyncDispose]();
      await removeDirectory(directory);
    },
  };
}

async function startUpstream(): Promise<JudgedServer> {
  const running = await startKubeApiserver();
  const root = dirname(running.kubeconfig);
  const pki = ensureClusterPki({ directory: running.pki, nowMs: Date.now() });
  writeComponentKubeconfigs(['scheduler', 'controllers'], {
    directory: dataDirectory(root),
    server: running.server,
    pki,
  });
  return {
    kubeconfig: running.kubeconfig,
    directory: root,
    complaints: () => '',
    [Symbol.asyncDispose]: () => running[Symbol.asyncDispose](),
  };
}
