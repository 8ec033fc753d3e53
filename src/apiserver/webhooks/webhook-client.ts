import { decodeBase64Text } from '../../machinery/protobuf/index.ts';
import type { OutboundCalls, OutboundRequest, OutboundResponse } from '../core-contract.ts';
import type { ObjectView } from '../object-view.ts';
import { resolveService } from './service-address.ts';
import { unexpectedResponse } from './unexpected-response.ts';

/** Kubernetes: `WebhookClientConfig` of admission and of CRDs; one of `url` and `service`. */
export interface WebhookClientConfig {
  readonly url?: string | undefined;
  readonly service?:
    | {
        readonly namespace: string;
        readonly name: string;
        readonly path?: string | undefined;
        readonly port?: number | undefined;
      }
    | undefined;
  /** PEM in base64. Absent: the authorities that the machine trusts. */
  readonly caBundle?: string | undefined;
}

/** Kubernetes: how long client-go waits where a webhook does not say. */
const defaultTimeoutSeconds = 30;

const headers = {
  accept: 'application/json, */*',
  'content-type': 'application/json',
  'user-agent': 'kube-apiserver-admission',
} as const;

/** Posts JSON to webhooks. What it rejects with reads as client-go's errors do. */
export class WebhookClient {
  readonly #view: ObjectView;
  readonly #outbound: OutboundCalls | undefined;

  /** Of a Service's endpoints one after the other is asked. */
  #turn = 0;

  constructor(view: ObjectView, outbound: OutboundCalls | undefined) {
    this.#view = view;
    this.#outbound = outbound;
  }

  /**
   * Resolves to the JSON of a 2xx answer. Rejects with a `StatusError` for another answer, and otherwise with an Error
   * such as `Post "https://hooks.test.svc:443/mutate?timeout=10s": context deadline exceeded`.
   */
  async post(config: WebhookClientConfig, body: unknown, timeoutSeconds = defaultTimeoutSeconds): Promise<unknown> {
    const url = `${addressOf(config)}?timeout=${timeoutSeconds}s`;
    const response = await this.#send(config, url, JSON.stringify(body), timeoutSeconds);
    if (response.status < 200 || response.status > 206) throw unexpectedResponse(response);
    return readJson(response);
  }

  async #send(
    config: WebhookClientConfig,
    url: string,
    body: string,
    timeoutSeconds: number,
  ): Promise<OutboundResponse> {
    try {
      if (this.#outbound === undefined) throw new Error('this server cannot call webhooks');
      const { service, caBundle } = config;
      const request: OutboundRequest = {
        method: 'POST',
        url,
        address:
          service === undefined
            ? undefined
            : resolveService(this.#view, this.#takeTurn, { ...service, port: service.port ?? 443 }),
        certificateAuthority: caBundle ? decodeBase64Text(caBundle) : undefined,
        headers,
        body,
        timeoutMs: timeoutSeconds * 1000,
      };
      return await this.#outbound.send(request);
    } catch (error) {
      throw new Error(`Post "${url}": ${error instanceof Error ? error.message : String(error)}`, { cause: error });
    }
  }

  readonly #takeTurn = (count: number): number => this.#turn++ % count;
}

/** Whether a call failed because nobody answered in time. */
export function isTimedOut(error: unknown): boolean {
  return error instanceof Error && error.message.endsWith('context deadline exceeded');
}

/** Without a query. Kubernetes: the certificate must be for `SERVICE.NAMESPACE.svc`; paths are cleaned. */
function addressOf({ service, url = '' }: WebhookClientConfig): string {
  if (service !== undefined) {
    const { name, namespace, port = 443, path = '' } = service;
    return `https://${name}.${namespace}.svc:${port}${cleanPath(path)}`;
  }
  if (url === '') throw new Error('webhook configuration must have either service or URL');
  const start = url.indexOf('/', url.indexOf('://') + 3);
  return start < 0 ? `${url}/` : url.slice(0, start) + cleanPath(url.slice(start));
}

function cleanPath(path: string): string {
  return `/${path.split('/').filter(Boolean).join('/')}`;
}

function readJson({ status, headers: received, body }: OutboundResponse): unknown {
  if (body === '') {
    const contentType = received['content-type'] ?? 'application/json';
    throw new Error(`0-length response with status code: ${status} and content type: ${contentType}`);
  }
  try {
    return JSON.parse(body);
  } catch (error) {
    throw new Error(`couldn't get version/kind; json parse error: ${(error as Error).message}`, { cause: error });
  }
}
