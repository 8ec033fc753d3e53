import type { IncomingMessage, RequestOptions } from 'node:http';
import { request as requestHttps } from 'node:https';
import { connect } from 'node:net';
import type {
  GrpcProbe,
  HostProbes,
  HttpProbe,
  HttpProbeResult,
  ProbeFailure,
  ProbeResult,
} from '../../node/runtime/index.ts';
import { loadHttp } from '../load-http.ts';
import { formatHostPort, formatSystemError } from './go-error-text.ts';
import { checkGrpcHealth } from './grpc-health.ts';

const redirectsMax = 10;
const bodyBytesMax = 10 * 1024;
const userAgent = 'kube-probe/1.36';

/** Kubernetes: pkg/probe/tcp, pkg/probe/http and pkg/probe/grpc. */
export class LinuxProbes implements HostProbes {
  connectTcp(host: string, port: number, timeoutMs: number): Promise<ProbeResult> {
    return new Promise(resolve => {
      const target = `dial tcp ${formatHostPort(host, port)}`;
      const socket = connect({ host, port });
      const finish = (result: ProbeResult): void => {
        clearTimeout(timer);
        socket.destroy();
        resolve(result);
      };
      const timer = setTimeout(() => finish(failure(`${target}: i/o timeout`, true)), timeoutMs);
      socket.on('connect', () => finish({ outcome: 'connected' }));
      socket.on('error', error => finish(failure(`${target}: ${formatSystemError(error)}`)));
    });
  }

  async getHttp(probe: HttpProbe): Promise<HttpProbeResult> {
    const deadline = performance.now() + probe.timeoutMs;
    let url = new URL(`${probe.scheme}://${formatHostPort(probe.host, probe.port)}`);
    const path = probe.path.startsWith('/') ? probe.path : `/${probe.path}`;
    url = new URL(url.origin + path);
    for (let redirects = 0; ; redirects++) {
      const answer = await getOnce(url, probe, deadline - performance.now());
      if (answer.outcome === 'failed') return answer;
      const { status, body, location } = answer;
      if (!isRedirect(status) || location === undefined) return { outcome: 'response', status, body };
      const next = new URL(location, url);
      if (next.hostname !== url.hostname) return { outcome: 'response', status, body, redirectedTo: next.href };
      if (redirects === redirectsMax - 1) {
        return failure(`Get ${JSON.stringify(next.href)}: stopped after ${redirectsMax} redirects`);
      }
      url = next;
    }
  }

  checkGrpc(probe: GrpcProbe): Promise<ProbeResult> {
    return checkGrpcHealth(probe);
  }
}

interface Answer {
  readonly outcome: 'response';
  readonly status: number;
  readonly body: string;
  readonly location: string | undefined;
}

function getOnce(url: URL, probe: HttpProbe, timeoutMs: number): Promise<Answer | ProbeFailure> {
  return new Promise(resolve => {
    const options: RequestOptions & { rejectUnauthorized: boolean } = {
      method: 'GET',
      // A new connection each time: a pod that no longer accepts must not look alive.
      agent: false,
      headers: headersOf(probe),
      setHost: !(probe.headers ?? []).some(header => header.name.toLowerCase() === 'host'),
      rejectUnauthorized: false,
    };
    const prefix = `Get ${JSON.stringify(url.href)}`;
    const call = (url.protocol === 'https:' ? requestHttps : loadHttp().request)(url, options, response => {
      void readBody(response).then(body =>
        finish({ outcome: 'response', status: response.statusCode ?? 0, body, location: response.headers.location }),
      );
    });
    const finish = (result: Answer | ProbeFailure): void => {
      clearTimeout(timer);
      call.destroy();
      resolve(result);
    };
    const timeoutText = 'context deadline exceeded (Client.Timeout exceeded while awaiting headers)';
    const timer = setTimeout(() => finish(failure(`${prefix}: ${timeoutText}`, true)), Math.max(0, timeoutMs));
    call.on('error', error => {
      const { syscall } = error as NodeJS.ErrnoException;
      const dial = syscall === 'connect' ? `dial tcp ${formatHostPort(probe.host, probe.port)}: ` : '';
      finish(failure(`${prefix}: ${dial}${formatSystemError(error)}`));
    });
    call.end();
  });
}

function headersOf(probe: HttpProbe): Record<string, string | string[]> {
  const headers: Record<string, string[]> = {};
  const names = new Map<string, string>();
  for (const { name, value } of probe.headers ?? []) {
    const key = names.get(name.toLowerCase()) ?? name;
    names.set(name.toLowerCase(), key);
    const values = headers[key] ?? [];
    values.push(value);
    headers[key] = values;
  }
  for (const [name, value] of [
    ['User-Agent', userAgent],
    ['Accept', '*/*'],
  ] as const) {
    const given = names.get(name.toLowerCase());
    if (given === undefined) headers[name] = [value];
    // Kubernetes: an empty value takes the header away.
    else if (headers[given]!.every(one => one === '')) delete headers[given];
  }
  headers['Connection'] = ['close'];
  // Node takes a list for most headers, but not for Host.
  return Object.fromEntries(
    Object.entries(headers).map(([name, values]) => [name, values.length === 1 ? values[0]! : values]),
  );
}

async function readBody(response: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  let length = 0;
  try {
    for await (const part of response as AsyncIterable<Buffer>) {
      parts.push(part);
      length += part.length;
      if (length >= bodyBytesMax) break;
    }
  } catch {
    // The status has come; a body that breaks off is shown as far as it came.
  }
  return Buffer.concat(parts).subarray(0, bodyBytesMax).toString('utf8');
}

function isRedirect(status: number): boolean {
  return status === 301 || status === 302 || status === 303 || status === 307 || status === 308;
}

function failure(message: string, isTimeout = false): ProbeFailure {
  return { outcome: 'failed', message, isTimeout };
}
