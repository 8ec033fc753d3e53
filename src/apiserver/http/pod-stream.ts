import type { Pod } from '../../api/generated/index.ts';
import { statusError } from '../../machinery/index.ts';
import type { ByteDuplex, ExecSession, NodeConnections, PodStreamRequest } from '../core-contract.ts';
import { chooseContainer } from './pod-containers.ts';
import type { Query } from './query.ts';
import { isTruthy } from './request-info.ts';

/** What an upgraded connection is to be joined with. */
export type StreamTarget =
  | { readonly kind: 'session'; readonly request: PodStreamRequest; readonly session: ExecSession }
  | {
      readonly kind: 'ports';
      /** For the old WebSocket protocol, which names its ports in the query; empty otherwise. */
      readonly ports: readonly number[];
      connect(port: number): Promise<ByteDuplex>;
    };

/**
 * Opens what `pods/NAME/exec`, `attach` or `portforward` asks for, before the connection is upgraded, so that a refusal
 * is still a response that the client can read.
 */
export async function openStreamTarget(
  nodes: NodeConnections,
  pod: Pod,
  subresource: string,
  query: Query,
): Promise<StreamTarget> {
  if (subresource === 'portforward') {
    requireHost(pod);
    return { kind: 'ports', ports: readPorts(query), connect: port => nodes.portForward(pod, port) };
  }
  const request = readStreamRequest(pod, query);
  requireHost(pod);
  const session =
    subresource === 'attach'
      ? await nodes.attach(pod, request)
      : await nodes.exec(pod, { ...request, command: readCommand(query) });
  return { kind: 'session', request, session };
}

function readStreamRequest(pod: Pod, query: Query): PodStreamRequest {
  const tty = isTruthy(query.get('tty'));
  const request = {
    container: chooseContainer(pod, query.get('container') ?? ''),
    stdin: isTruthy(query.get('stdin')),
    stdout: isTruthy(query.get('stdout')),
    // A terminal has one output.
    stderr: isTruthy(query.get('stderr')) && !tty,
    tty,
  };
  if (request.stdin || request.stdout || request.stderr) return request;
  throw statusError.badRequest('you must specify at least 1 of stdin, stdout, stderr');
}

function readCommand(query: Query): readonly string[] {
  const command = query.getAll('command');
  if (command.length > 0) return command;
  throw statusError.badRequest('you must specify at least one command for the container');
}

function requireHost(pod: Pod): void {
  if ((pod.spec?.nodeName ?? '') !== '') return;
  throw statusError.badRequest(`pod ${pod.metadata.name} does not have a host assigned`);
}

function readPorts(query: Query): readonly number[] {
  const ports = query
    .getAll('ports')
    .flatMap(text => text.split(','))
    .map(Number);
  if (ports.every(port => Number.isInteger(port) && port > 0 && port < 65536)) return ports;
  throw statusError.badRequest('ports must be numbers between 1 and 65535');
}
