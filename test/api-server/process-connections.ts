import { spawn } from 'node:child_process';
import { connect } from 'node:net';
import { PassThrough, type Readable, type Writable } from 'node:stream';
import type {
  ByteSink,
  ByteSource,
  ExecSession,
  NodeConnections,
  PodStreamRequest,
} from '../../src/apiserver/index.ts';
import { statusError } from '../../src/machinery/index.ts';

/** Nodes whose containers are processes of this machine: what exec, logs and port-forward reach is real. */
export function createProcessConnections(sizes: string[] = []): NodeConnections {
  return {
    logs: async (_pod, request) => {
      if (request.container === 'broken') throw statusError.internal('the node is on fire');
      const script = request.follow
        ? 'for i in 1 2 3; do echo line $i; sleep 0.1; done'
        : `seq ${request.tailLines ?? 3}`;
      return spawn('sh', ['-c', script]).stdout as Readable;
    },
    exec: async (_pod, request) => run(request.command, request, sizes),
    attach: async (_pod, request) => run(['cat'], request, sizes),
    portForward: (_pod, port) =>
      new Promise((resolve, reject) => {
        const socket = connect({ host: '127.0.0.1', port, allowHalfOpen: true });
        socket.once('error', reject);
        socket.once('connect', () => {
          resolve({ source: socket as unknown as ByteSource, sink: toSink(socket), close: () => socket.destroy() });
        });
      }),
  };
}

function run([file = '', ...args]: readonly string[], request: PodStreamRequest, sizes: string[]): ExecSession {
  const child = spawn(file, args);
  if (!request.stdin) child.stdin.end();
  child.stdin.on('error', () => {});
  // Node throws away what nobody reads when a process ends; a container runtime keeps it for its reader.
  const [stdout, stderr] = [child.stdout.pipe(new PassThrough()), child.stderr.pipe(new PassThrough())];
  const result: ExecSession['result'] = new Promise(resolve => {
    child.on('error', error => resolve({ outcome: 'failed', message: error.message }));
    child.on('exit', (code, signal) =>
      resolve({ outcome: 'exited', exitCode: code ?? (signal === 'SIGTERM' ? 143 : 137) }),
    );
  });
  return {
    stdin: request.stdin ? toSink(child.stdin) : undefined,
    stdout: request.stdout ? stdout : undefined,
    stderr: request.stderr ? stderr : undefined,
    resize: ({ width, height }) => void sizes.push(`${width}x${height}`),
    result,
    close: () => void child.kill(),
  };
}

function toSink(stream: Writable): ByteSink {
  return {
    write: chunk =>
      new Promise((resolve, reject) => {
        stream.write(chunk, error => (error ? reject(error) : resolve()));
      }),
    end: () => new Promise(resolve => void stream.end(() => resolve())),
  };
}
