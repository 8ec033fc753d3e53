/**
 * A control plane with its store on disk and a node agent, as a process of its own that a test can kill at any moment.
 * Makes and deletes pods by chance while it lives; on SIGUSR2 it settles, and prints what the API server then has.
 *
 * Arguments: containerd's socket, a directory, the cgroup parent, an image, a seed.
 */
import { generateKeyPairSync } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Pod, pods } from '../../src/api/generated/index.ts';
import { defaultIssuer } from '../../src/apiserver/auth/index.ts';
import { Informers } from '../../src/client/index.ts';
import { ControlPlane, nodeUser } from '../../src/cluster/index.ts';
import { ContainerdRuntime } from '../../src/drivers/containerd/index.ts';
import { openLinuxHost } from '../../src/drivers/host/index.ts';
import { createNodeWorld } from '../../src/drivers/index.ts';
import { openSqliteStore } from '../../src/drivers/sqlite/index.ts';
import { createJoseTokenSigner } from '../../src/drivers/tokens/index.ts';
import { NodeAgent } from '../../src/node/index.ts';
import { createTextCodec } from '../../src/storage/index.ts';
import { createSeededRandom } from '../../src/world/index.ts';

const [socket = '', directory = '', cgroupParent = '', image = '', seed = ''] = process.argv.slice(2);
const nodeName = 'node-1';
const random = createSeededRandom(seed);
let mustSettle = false;
process.on('SIGUSR2', () => {
  mustSettle = true;
});

const world = createNodeWorld();
mkdirSync(`${directory}/store`, { recursive: true });
mkdirSync(`${directory}/node`, { recursive: true });
const store = await openSqliteStore({ directory: `${directory}/store`, codec: createTextCodec(), clock: world.clock });
const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const signer = createJoseTokenSigner(privateKey.export({ type: 'pkcs8', format: 'pem' }).toString());
const plane = await ControlPlane.start({
  world,
  store,
  certificateAuthority: 'test',
  tokens: { signer, issuer: defaultIssuer, audiences: [defaultIssuer] },
  advertise: [{ ip: '192.0.2.1', port: 6443 }],
});
const client = plane.client();
const nodeClient = plane.client(nodeUser(nodeName), 'kubelet');
const agent = new NodeAgent(
  world,
  nodeClient,
  new Informers(world, nodeClient),
  new ContainerdRuntime(socket),
  await openLinuxHost(),
  { name: nodeName, rootDir: `${directory}/node`, cgroupParent, keepPods: true },
);
await agent.start();
process.stdout.write('started\n');

while (!mustSettle) {
  await disturb();
  await sleep(random.integer(80));
}
await settle();

/** One pod that stays, and others that come and go. */
async function disturb(): Promise<void> {
  const name = random.float() < 0.1 ? 'stays' : `pod-${random.integer(4)}`;
  const ref = { namespace: 'default', name };
  try {
    if (name === 'stays' || random.float() < 0.6) await client.create(pods, podOf(name));
    else await client.delete(pods, ref, { gracePeriodSeconds: random.integer(2) });
  } catch {
    // It is there already, or not there, or its namespace has no ServiceAccount yet: each is as good as any.
  }
}

function podOf(name: string): Pod {
  return {
    metadata: { name, namespace: 'default' },
    spec: {
      nodeName,
      terminationGracePeriodSeconds: 1,
      initContainers: [{ name: 'init', image, command: ['true'] }],
      containers: [{ name: 'app', image, command: ['sh', '-c', 'exec sleep 1000'] }],
    },
  };
}

/** Until every pod runs or is gone. */
async function settle(): Promise<void> {
  for (;;) {
    const { items } = await client.list(pods, { namespace: 'default' });
    const isSettled = items.every(
      ({ metadata, status }) =>
        metadata.deletionTimestamp === undefined &&
        status?.conditions?.some(({ type, status: value }) => type === 'Ready' && value === 'True'),
    );
    if (isSettled) {
      process.stdout.write(`${JSON.stringify(items)}\n`);
      return;
    }
    await sleep(50);
  }
}
