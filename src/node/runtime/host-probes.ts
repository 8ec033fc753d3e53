export interface ProbeFailure {
  readonly outcome: 'failed';
  /** In Go's words, which users know: `dial tcp 10.0.0.1:80: connect: connection refused`. */
  readonly message: string;
  readonly isTimeout: boolean;
}

export type ProbeResult = { readonly outcome: 'connected' } | ProbeFailure;

export interface HttpProbe {
  readonly scheme: 'http' | 'https';
  readonly host: string;
  readonly port: number;
  /** With the query, as in a pod's spec. */
  readonly path: string;
  /** Repeated names are sent repeatedly. A `Host` header replaces the address's; an empty User-Agent or Accept drops the default. */
  readonly headers?: readonly { readonly name: string; readonly value: string }[];
  readonly timeoutMs: number;
}

/** An answer, whatever its status. Kubernetes: redirects within the host are followed, up to ten. */
export interface HttpResponse {
  readonly outcome: 'response';
  readonly status: number;
  /** `HTTP probe failed with statuscode: 503` is the agent's to write. At most 10 KiB, as UTF-8. */
  readonly body: string;
  /** Set when it redirects to another host, which is not followed and counts as a success with a warning. */
  readonly redirectedTo?: string;
}

export type HttpProbeResult = HttpResponse | ProbeFailure;

export interface GrpcProbe {
  readonly host: string;
  readonly port: number;
  /** The service asked about; default the whole server. */
  readonly service?: string;
  readonly timeoutMs: number;
}

/** Probes as kubelet sends them: certificates unchecked, a new connection each, never through a proxy. */
export interface HostProbes {
  connectTcp(host: string, port: number, timeoutMs: number): Promise<ProbeResult>;
  getHttp(probe: HttpProbe): Promise<HttpProbeResult>;
  /** `connected` when the health service answers SERVING. */
  checkGrpc(probe: GrpcProbe): Promise<ProbeResult>;
}
