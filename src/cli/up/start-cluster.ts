import { ControlPlane } from '../../cluster/index.ts';
import { createNodeWorld } from '../../drivers/node-world.ts';
import { openSqliteStore } from '../../drivers/sqlite/index.ts';
import { ensureClusterPki, writeKubeconfig } from '../../drivers/tls/index.ts';
import { createLogWriter } from '../../drivers/world/index.ts';
import { createTextCodec } from '../../storage/index.ts';
import { forgetRunning, noteRunning, type RunningCluster } from '../running-cluster.ts';
import { sampanVersion } from '../sampan-version.ts';
import { chooseRanges } from './cluster-ranges.ts';
import { NodeRoutes } from './node-routes.ts';
import { showProgress } from './progress.ts';
import { createHandler, createTokenSettings, openDoor } from './serve-api.ts';
import { startNodes } from './start-nodes.ts';
import type { StopRequest } from './stop-request.ts';
import { untilUsable } from './until-usable.ts';
import { formatNodes, type UpOptions } from './up-options.ts';

export interface StartedCluster {
  readonly running: RunningCluster;
  /** Takes everything down again, last things first. */
  stop(): Promise<void>;
}

/** Whoever pressed Ctrl-C while the cluster was starting. */
export class StartInterrupted extends Error {}

/**
 * Starts everything, in the order in which each needs what came before. What has been started is stopped again when a
 * later step fails, so that a failed start leaves nothing behind but files.
 */
export async function startCluster(options: UpOptions, stopRequest: StopRequest): Promise<StartedCluster> {
  await using started = new AsyncDisposableStack();
  const proceed = (): void => {
    if (stopRequest.isRequested) throw new StartInterrupted();
  };
  const { directory } = options;
  const version = sampanVersion();
  const world = createNodeWorld({
    writeLog: createLogWriter({
      level: options.logLevel,
      format: options.logFormat,
      write: line => process.stderr.write(line),
    }),
  });
  // The store first: it is what tells us that the directory is ours.
  const store = await showProgress('reading the store', () =>
    openSqliteStore({ directory: directory.root, codec: createTextCodec(), clock: world.clock }),
  );
  started.defer(() => store.close());
  proceed();

  const ranges = chooseRanges({ file: directory.ranges, ...options });
  const host = options.bindAddress;
  const pki = ensureClusterPki({
    directory: directory.pki,
    nowMs: world.clock.now(),
    alternativeNames: isUnspecified(host) ? [] : [host],
  });
  const tokens = createTokenSettings(pki);
  const plane = await showProgress('starting the control plane', () =>
    ControlPlane.start({ world, store, certificateAuthority: pki.authority.certificate, tokens, ...ranges }),
  );
  started.defer(() => plane.stop());
  proceed();

  const routes = new NodeRoutes();
  let isStopping = false;
  const handler = createHandler({
    world,
    plane,
    tokens,
    nodes: routes,
    sampanVersion: version,
    serverAddress: `${reachable(host)}:${options.port}`,
    healthChecks: [
      { name: 'shutdown', concernsLife: false, check: () => (isStopping ? 'the server is stopping' : undefined) },
    ],
  });
  const https = await openDoor(handler, pki, { host, port: options.port });
  started.defer(() => https.close(1000));
  const server = `https://${reachable(host)}:${https.port}`;
  writeKubeconfig(directory.kubeconfig, {
    server,
    certificateAuthority: pki.authority.certificate,
    clientCertificate: pki.admin.certificate,
    clientKey: pki.admin.privateKey,
  });
  proceed();

  const nodes = await startNodes(options, { world, plane });
  started.defer(() => nodes.stop(options.keepsPods));
  routes.join(nodes.connections);
  proceed();

  await showProgress('waiting for the nodes to be ready', () => untilUsable(plane, stopRequest));
  proceed();
  const running: RunningCluster = {
    pid: process.pid,
    version,
    server,
    kubeconfig: directory.kubeconfig,
    nodes: formatNodes(options.nodes),
    containerdSocket: nodes.containerdSocket,
  };
  noteRunning(directory, running);
  started.defer(() => forgetRunning(directory));
  const teardown = started.move();
  return {
    running,
    async stop() {
      isStopping = true;
      await teardown.disposeAsync();
    },
  };
}

/** The address that clients on this machine use. */
function reachable(host: string): string {
  if (isUnspecified(host)) return '127.0.0.1';
  return host.includes(':') ? `[${host}]` : host;
}

function isUnspecified(host: string): boolean {
  return host === '0.0.0.0' || host === '::';
}
