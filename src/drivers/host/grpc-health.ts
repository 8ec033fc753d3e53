import { Client, credentials, Metadata, type ServiceError, status } from '@grpc/grpc-js';
import type { GrpcProbe, ProbeResult } from '../../node/runtime/index.ts';
import { field, integer, message, string } from '../grpc/index.ts';
import { formatHostPort } from './go-error-text.ts';

const request = message({ service: field(1, string) });
const response = message({ status: field(1, integer) });
const statuses = ['UNKNOWN', 'SERVING', 'NOT_SERVING', 'SERVICE_UNKNOWN'];
const serving = 1;

/** Kubernetes: pkg/probe/grpc, with its texts: connecting and asking share one timeout. */
export async function checkGrpcHealth(probe: GrpcProbe): Promise<ProbeResult> {
  const address = formatHostPort(probe.host, probe.port);
  const deadline = Date.now() + probe.timeoutMs;
  const client = new Client(address, credentials.createInsecure(), {
    'grpc.primary_user_agent': 'kube-probe/1.36',
    'grpc.enable_http_proxy': 0,
    'grpc.use_local_subchannel_pool': 1,
  });
  try {
    if (!(await isReady(client, deadline))) {
      const text = `timeout: failed to connect service "${address}" within ${seconds(probe)}: context deadline exceeded`;
      return { outcome: 'failed', message: text, isTimeout: true };
    }
    return await ask(client, probe, deadline);
  } finally {
    client.close();
  }
}

function isReady(client: Client, deadline: number): Promise<boolean> {
  return new Promise(resolve => client.waitForReady(deadline, error => resolve(error === undefined)));
}

function ask(client: Client, probe: GrpcProbe, deadline: number): Promise<ProbeResult> {
  return new Promise(resolve => {
    client.makeUnaryRequest(
      '/grpc.health.v1.Health/Check',
      (value: { service: string }) => request.encode(value),
      (bytes: Buffer) => response.decode(bytes),
      { service: probe.service ?? '' },
      new Metadata(),
      { deadline },
      (error: ServiceError | null, answer?: { readonly status: number }) => {
        if (error !== null) resolve(failureOf(error, probe));
        else if (answer?.status === serving) resolve({ outcome: 'connected' });
        else resolve(failed(`service unhealthy (responded with "${statuses[answer?.status ?? 0] ?? answer?.status}")`));
      },
    );
  });
}

function failureOf(error: ServiceError, probe: GrpcProbe): ProbeResult {
  if (error.code === status.UNIMPLEMENTED) {
    const text = 'this server does not implement the grpc health protocol (grpc.health.v1.Health)';
    return failed(`error: ${text}: ${error.details}`);
  }
  if (error.code === status.DEADLINE_EXCEEDED) {
    return failed(`timeout: health rpc did not complete within ${seconds(probe)}`, true);
  }
  return failed(`error: health rpc probe failed: ${error.details}`);
}

function failed(message: string, isTimeout = false): ProbeResult {
  return { outcome: 'failed', message, isTimeout };
}

function seconds({ timeoutMs }: GrpcProbe): string {
  return `${timeoutMs / 1000}s`;
}
