import { join } from 'node:path';
import { Client, Informers } from '../../src/client/index.ts';
import { createNodeWorld } from '../../src/drivers/node-world.ts';
import { ensureClusterPki, readKubeconfig } from '../../src/drivers/tls/index.ts';
import { HttpsTransport } from '../../src/drivers/transport/index.ts';
import { createLogWriter } from '../../src/drivers/world/index.ts';
import { SimulatedNodes } from '../../src/simnodes/index.ts';

export interface SimulatedKubelets extends AsyncDisposable {
  readonly names: readonly string[];
  /** It falls silent, as a machine without power does. */
  fail(name: string): void;
  recover(name: string): Promise<void>;
  /** What they complained of so far. */
  readonly complaints: readonly string[];
}

/**
 * Nodes without machines that are not part of the server: they reach it over HTTPS, each with a certificate of its own
 * (`system:node:sim-0`), as kubelets do. `data` is the server's data directory.
 */
export async function startSimulatedKubelets(data: string, count: number): Promise<SimulatedKubelets> {
  const connection = await readKubeconfig(join(data, 'admin.kubeconfig'));
  const pki = ensureClusterPki({ directory: join(data, 'pki'), nowMs: Date.now() });
  const complaints: string[] = [];
  const write = (line: string): void => void complaints.push(line);
  const world = createNodeWorld({ writeLog: createLogWriter({ level: 'warn', format: 'text', write }) });
  await using started = new AsyncDisposableStack();
  const clientOf = (commonName: string, organization: string): Client => {
    const { certificate, privateKey } = pki.ensureClient(`simulated/${commonName.replaceAll(':', '-')}`, {
      commonName,
      organizations: [organization],
    });
    const own = { ...connection, clientCertificate: certificate, clientKey: privateKey };
    const transport = new HttpsTransport({ connection: own, userAgent: 'kubelet' });
    started.defer(() => transport.close());
    return new Client(transport);
  };
  // One watch for all of them, which no node alone may have.
  const informers = new Informers(world, clientOf('simulated-nodes', 'system:masters'));
  const nodes = new SimulatedNodes(world, name => clientOf(`system:node:${name}`, 'system:nodes'), informers, {
    count,
  });
  started.defer(() => informers.stop());
  started.defer(() => nodes.stop());
  await nodes.start();
  const teardown = started.move();
  return {
    names: nodes.list().map(({ name }) => name),
    fail: name => nodes.get(name)?.fail(),
    recover: async name => nodes.get(name)?.recover(),
    complaints,
    [Symbol.asyncDispose]: () => teardown.disposeAsync(),
  };
}
