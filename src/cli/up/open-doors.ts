import type { ApiHandler } from '../../apiserver/http/index.ts';
import { type HttpsServer, ListenError, startHttpsServer } from '../../drivers/http/index.ts';
import type { ClusterPki } from '../../drivers/tls/index.ts';
import { CommandError } from '../command-error.ts';

export interface Door {
  readonly host: string;
  readonly port: number;
}

/** The sockets through which an API server is reached. */
export interface OpenDoors {
  /** For people and programs of this host: `https://127.0.0.1:6443`. */
  readonly server: string;
  readonly port: number;
  /** For pods; absent where there are none. */
  readonly forPods: { readonly ip: string; readonly port: number } | undefined;
  close(): Promise<void>;
}

const graceMs = 1000;

/**
 * Opens the door that was asked for, and one for pods on their bridge: they cannot reach a loopback address, and
 * whatever lies beyond the bridge cannot reach that one.
 */
export async function openDoors(
  handler: ApiHandler,
  pki: ClusterPki,
  door: Door,
  podGateway: string | undefined,
): Promise<OpenDoors> {
  const main = await openDoor(handler, pki, door);
  const { port } = main;
  const server = `https://${reachableHost(door.host)}:${port}`;
  if (podGateway === undefined || isUnspecified(door.host)) {
    const forPods = podGateway === undefined ? undefined : { ip: podGateway, port };
    return { server, port, forPods, close: () => main.close(graceMs) };
  }
  const inner = await openInnerDoor(handler, pki, { host: podGateway, port });
  return {
    server,
    port,
    forPods: { ip: podGateway, port: inner.port },
    close: async () => void (await Promise.all([main.close(graceMs), inner.close(graceMs)])),
  };
}

/** The address that clients on this host use; in brackets where a URL needs them. */
export function reachableHost(host: string): string {
  if (isUnspecified(host)) return '127.0.0.1';
  return host.includes(':') ? `[${host}]` : host;
}

export function isUnspecified(host: string): boolean {
  return host === '0.0.0.0' || host === '::';
}

/** The same port where it is free there too, because that is easiest to recognise; any other does as well. */
async function openInnerDoor(handler: ApiHandler, pki: ClusterPki, door: Door): Promise<HttpsServer> {
  try {
    return await listen(handler, pki, door);
  } catch (error) {
    if (!(error instanceof ListenError) || error.code !== 'EADDRINUSE') throw error;
    return listen(handler, pki, { ...door, port: 0 });
  }
}

/** Throws a `CommandError` that says what to do when somebody else has it. */
async function openDoor(handler: ApiHandler, pki: ClusterPki, door: Door): Promise<HttpsServer> {
  try {
    return await listen(handler, pki, door);
  } catch (error) {
    if (!(error instanceof ListenError)) throw error;
    throw new CommandError(`${error.message}${adviceFor(error, door)}`, { cause: error });
  }
}

function listen(handler: ApiHandler, pki: ClusterPki, door: Door): Promise<HttpsServer> {
  return startHttpsServer({
    handler,
    certificate: pki.server.certificate,
    privateKey: pki.server.privateKey,
    clientAuthority: pki.authority.certificate,
    frontProxyAuthority: pki.ensureFrontProxy().authority.certificate,
    ...door,
  });
}

function adviceFor({ code }: ListenError, { port }: Door): string {
  if (code === 'EADDRINUSE') return ` with --port (ss -ltnp 'sport = :${port}' shows which program it is)`;
  if (code === 'EADDRNOTAVAIL') return ': choose another --bind-address (ip address lists them)';
  return '';
}
