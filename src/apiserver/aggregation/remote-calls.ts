import type { Random, World } from '../../world/index.ts';
import { groups } from '../auth/well-known-users.ts';
import type { UserInfo } from '../core-contract.ts';
import type { ObjectView } from '../object-view.ts';
import { type Backend, type BodyEncoding, formatHost, type ReverseProxy, resolveService } from '../proxy/index.ts';
import { once } from '../streaming/index.ts';
import { Deadline } from './deadline.ts';
import type { RemoteApi } from './remote-api.ts';
import { userHeaders } from './user-headers.ts';

/** How this server shows aggregated ones that it is the one who passes a request on. PEM. */
export interface AggregatorCertificate {
  readonly certificate: string;
  readonly key: string;
}

export interface RemoteCallsOptions {
  readonly world: World;
  readonly view: ObjectView;
  readonly reverseProxy: ReverseProxy | undefined;
  readonly certificate: AggregatorCertificate | undefined;
}

export interface RemoteCall {
  readonly method: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly user?: UserInfo | undefined;
  readonly body?: string | undefined;
  readonly timeoutMs: number;
}

export interface RemoteAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly text: string;
}

/** Kubernetes: as whom the aggregator itself asks: somebody who may read everything. */
export const aggregatorUser: UserInfo = { username: 'system:kube-aggregator', groups: [groups.masters] };

/** The way to aggregated servers: where they are, who we are to them, and calls of the aggregator's own. */
export class RemoteCalls {
  readonly #options: RemoteCallsOptions;
  readonly #random: Random;

  constructor(options: RemoteCallsOptions) {
    this.#options = options;
    this.#random = options.world.random.stream('apiserver/aggregator');
  }

  get reverseProxy(): ReverseProxy {
    const { reverseProxy } = this.#options;
    if (reverseProxy === undefined) throw new Error('this server has no way to aggregated servers');
    return reverseProxy;
  }

  /** One of the server's endpoints. Throws where there is none. */
  locate({ service, certificateAuthority, shouldSkipVerification }: RemoteApi): Backend {
    const { host, port } = resolveService(this.#options.view, count => this.#random.integer(count), service);
    return {
      scheme: 'https',
      host,
      port,
      serverName: `${service.name}.${service.namespace}.svc`,
      certificateAuthority,
      shouldSkipVerification,
      clientCertificate: this.#options.certificate,
    };
  }

  /** Rejects with an error as Go's client words it, `context deadline exceeded` among them. */
  async call(backend: Backend, call: RemoteCall): Promise<RemoteAnswer> {
    const { reverseProxy } = this;
    const deadline = new Deadline(this.#options.world.clock, call.timeoutMs);
    try {
      const response = await reverseProxy.send({
        backend,
        method: call.method,
        target: call.path,
        headers: { host: formatHost(backend), ...call.headers, ...userHeaders(call.user ?? aggregatorUser) },
        body: call.body === undefined ? undefined : once(call.body),
        signal: deadline,
      });
      const encoding = (response.headers['content-encoding'] ?? '') as BodyEncoding;
      return { ...response, text: await reverseProxy.readText(response.body, encoding) };
    } catch (error) {
      throw deadline.hasExpired ? deadline.reason : error;
    } finally {
      deadline.clear();
    }
  }
}
