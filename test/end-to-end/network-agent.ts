/**
 * Lives in one network namespace and does what its parent says, a JSON line at a time: serve its name on a port, or
 * ask another for its name. Answers say who answered and from which address the question seemed to come.
 */
import { createSocket } from 'node:dgram';
import { Resolver } from 'node:dns/promises';
import { connect, createServer } from 'node:net';
import { createInterface } from 'node:readline';
import { setImmediate } from 'node:timers/promises';
import { listenForDns, NodeDnsTransport } from '../../src/drivers/dns/index.ts';
import { ClusterZone, DnsResolver, UpstreamPool } from '../../src/network/index.ts';
import { VirtualWorld } from '../../src/world/index.ts';

export interface AgentCommand {
  readonly operation: 'serve' | 'ask' | 'serve-dns' | 'resolve';
  readonly protocol: 'tcp' | 'udp';
  readonly address: string;
  readonly port: number;
  /** `serve`: what to answer with. */
  readonly name?: string;
  /** `ask`: the port to ask from, where it matters. */
  readonly sourcePort?: number;
  readonly timeoutMs?: number;
  /** `serve-dns`: the zone, its headless Service `default/db` of so many endpoints, and whom to ask about the rest. */
  readonly zone?: string;
  readonly endpointCount?: number;
  readonly nameServers?: readonly string[];
}

/** `NAME from ADDRESS`, or the error's code. */
export interface AgentReply {
  readonly answer?: string;
  readonly error?: string;
}

function serve({ protocol, address, port, name }: AgentCommand): Promise<AgentReply> {
  return new Promise(resolve => {
    const fail = (error: NodeJS.ErrnoException): void => resolve({ error: error.code ?? error.message });
    if (protocol === 'udp') {
      const socket = createSocket(address.includes(':') ? 'udp6' : 'udp4');
      socket.on('error', fail);
      socket.on('message', (_, from) => socket.send(`${name} from ${from.address}`, from.port, from.address));
      socket.bind(port, address, () => resolve({ answer: 'serving' }));
    } else {
      const server = createServer(socket => {
        socket.on('error', () => socket.destroy());
        socket.end(`${name} from ${socket.remoteAddress}`);
      });
      server.on('error', fail);
      server.listen({ port, host: address, ipv6Only: true }, () => resolve({ answer: 'serving' }));
    }
  });
}

function ask(command: AgentCommand): Promise<AgentReply> {
  const { protocol, address, port, sourcePort, timeoutMs = 2000 } = command;
  return new Promise(resolve => {
    const chunks: Buffer[] = [];
    if (protocol === 'udp') {
      const socket = createSocket(address.includes(':') ? 'udp6' : 'udp4');
      const finish = (reply: AgentReply): void => {
        clearTimeout(timer);
        socket.close(() => resolve(reply));
      };
      const timer = setTimeout(() => finish({ error: 'ETIMEDOUT' }), timeoutMs);
      // Only a connected socket is told that nobody listens.
      socket.on('error', (error: NodeJS.ErrnoException) => finish({ error: error.code ?? error.message }));
      socket.on('message', message => finish({ answer: message.toString() }));
      socket.on('connect', () => socket.send('who?'));
      socket.bind(sourcePort ?? 0, () => socket.connect(port, address));
    } else {
      const socket = connect({ host: address, port, ...(sourcePort === undefined ? {} : { localPort: sourcePort }) });
      const finish = (reply: AgentReply): void => {
        clearTimeout(timer);
        socket.destroy();
        resolve(reply);
      };
      const timer = setTimeout(() => finish({ error: 'ETIMEDOUT' }), timeoutMs);
      socket.on('error', (error: NodeJS.ErrnoException) => finish({ error: error.code ?? error.message }));
      socket.on('data', chunk => chunks.push(Buffer.from(chunk)));
      socket.on('end', () => finish({ answer: Buffer.concat(chunks).toString() }));
    }
  });
}

async function serveDns({
  address,
  port,
  zone: name = '',
  endpointCount,
  nameServers = [],
}: AgentCommand): Promise<AgentReply> {
  const world = new VirtualWorld({ seed: 1, drainMicrotasks: () => setImmediate() });
  const zone = new ClusterZone({ name, ownCidrs: [], serverIps: [] });
  const endpoints = Array.from({ length: endpointCount ?? 0 }, (_, i) => ({ addresses: [`10.1.9.${i}`] }));
  zone.setNamespace('default', true);
  const service = { metadata: { namespace: 'default', name: 'db' }, spec: { clusterIP: 'None' } };
  zone.setService('default/db', service, [{ addressType: 'IPv4', endpoints }]);
  const resolver = new DnsResolver(world, zone, new UpstreamPool(world, new NodeDnsTransport(), () => nameServers));
  await listenForDns({
    address,
    port,
    respond: (message, protocol) => resolver.respond(message, protocol),
    onError: error => console.error(error),
  });
  return { answer: 'serving' };
}

/** How many addresses `name` has, according to the server at `address`. */
async function resolveName({ address, port, name = '' }: AgentCommand): Promise<AgentReply> {
  const resolver = new Resolver({ timeout: 2000, tries: 1 });
  resolver.setServers([`${address}:${port}`]);
  const addresses = await resolver.resolve4(name);
  return { answer: `${addresses.length} addresses` };
}

const operations = { serve, ask, 'serve-dns': serveDns, resolve: resolveName };

if (process.argv[1] === import.meta.filename) {
  for await (const line of createInterface({ input: process.stdin })) {
    const command = JSON.parse(line) as AgentCommand;
    const failed = (error: NodeJS.ErrnoException): AgentReply => ({ error: error.code ?? error.message });
    const reply = await operations[command.operation](command).catch(failed);
    process.stdout.write(`${JSON.stringify(reply)}\n`);
  }
  process.exit(0);
}
