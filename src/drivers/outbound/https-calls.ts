import { Agent } from 'node:https';
import { isIP } from 'node:net';
import type { OutboundCalls, OutboundRequest, OutboundResponse } from '../../apiserver/index.ts';
import { checkServerName } from './check-server-name.ts';
import { exchange } from './exchange.ts';
import { describeOutboundFailure } from './outbound-failure.ts';

export interface HttpsCallsOptions {
  /** Targets whose connections are kept. Default 200, as upstream's cache of clients. */
  readonly targetsMax?: number | undefined;
}

/** Kubernetes: client-go's `MaxIdleConnsPerHost` is 25, an idle connection is kept for 90 seconds. */
const idleConnectionsMax = 25;
const idleMsMax = 90_000;

/**
 * One agent per target, which is everything that tells two TLS connections apart: server, address, authorities, client.
 * Of targets that nobody has asked for lately, connections are given up.
 */
export class HttpsCalls implements OutboundCalls {
  /** By target, the one that was used last at the end. */
  readonly #agents = new Map<string, Agent>();
  readonly #targetsMax: number;

  constructor(options: HttpsCallsOptions = {}) {
    this.#targetsMax = options.targetsMax ?? 200;
  }

  async send(request: OutboundRequest): Promise<OutboundResponse> {
    const url = new URL(request.url);
    const target = readTarget(url, request);
    try {
      if (url.protocol !== 'https:') throw new Error(`unsupported protocol scheme "${url.protocol.slice(0, -1)}"`);
      return await exchange(request, url, target.connect, this.#agentOf(request, target));
    } catch (error) {
      throw describeOutboundFailure(error as Error, target);
    }
  }

  /** Gives up idle connections; what is under way goes on. */
  close(): void {
    for (const agent of this.#agents.values()) retire(agent);
    this.#agents.clear();
  }

  #agentOf(request: OutboundRequest, target: Target): Agent {
    const key = JSON.stringify([
      target,
      request.certificateAuthority,
      request.clientCertificate,
      request.shouldSkipVerification,
    ]);
    const agent = this.#agents.get(key) ?? createAgent(request, target);
    this.#agents.delete(key);
    this.#agents.set(key, agent);
    if (this.#agents.size > this.#targetsMax) this.#retireOldest();
    return agent;
  }

  #retireOldest(): void {
    const [key, agent] = this.#agents.entries().next().value!;
    this.#agents.delete(key);
    retire(agent);
  }
}

export interface Target {
  /** Without brackets. What the certificate must be for. */
  readonly serverName: string;
  readonly connect: { readonly host: string; readonly port: number };
}

function readTarget(url: URL, { address }: OutboundRequest): Target {
  const serverName = url.hostname.replace(/^\[|\]$/g, '');
  const port = url.port === '' ? 443 : Number(url.port);
  return { serverName, connect: address ?? { host: serverName, port } };
}

function createAgent(request: OutboundRequest, { serverName }: Target): Agent {
  const { certificateAuthority: ca, clientCertificate, shouldSkipVerification = false } = request;
  return new Agent({
    keepAlive: true,
    maxFreeSockets: idleConnectionsMax,
    timeout: idleMsMax,
    // RFC 6066: an address is no server name.
    servername: isIP(serverName) === 0 ? serverName : '',
    checkServerIdentity: (_, certificate) => checkServerName(serverName, certificate),
    rejectUnauthorized: !shouldSkipVerification,
    ...(ca === undefined ? {} : { ca }),
    ...(clientCertificate === undefined ? {} : { cert: clientCertificate.certificate, key: clientCertificate.key }),
  });
}

/** Unlike `destroy`, this leaves alone the connections on which somebody waits for an answer. */
function retire(agent: Agent): void {
  agent.options.keepAlive = false;
  (agent as unknown as { keepAlive: boolean }).keepAlive = false;
  for (const sockets of Object.values(agent.freeSockets)) {
    for (const socket of sockets ?? []) socket.destroy();
  }
}
