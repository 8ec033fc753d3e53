/**
 * Lives in one network namespace and does what its parent says, a JSON line at a time: serve its name on a port, or
 * ask another for its name. Answers say who answered and from which address the question seemed to come.
 */
import { createSocket } from 'node:dgram';
import { connect, createServer } from 'node:net';
import { createInterface } from 'node:readline';

export interface AgentCommand {
  readonly operation: 'serve' | 'ask';
  readonly protocol: 'tcp' | 'udp';
  readonly address: string;
  readonly port: number;
  /** `serve`: what to answer with. */
  readonly name?: string;
  /** `ask`: the port to ask from, where it matters. */
  readonly sourcePort?: number;
  readonly timeoutMs?: number;
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

if (process.argv[1] === import.meta.filename) {
  for await (const line of createInterface({ input: process.stdin })) {
    const command = JSON.parse(line) as AgentCommand;
    const reply = await (command.operation === 'serve' ? serve(command) : ask(command));
    process.stdout.write(`${JSON.stringify(reply)}\n`);
  }
  process.exit(0);
}
