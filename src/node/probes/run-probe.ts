import type { Container, HTTPGetAction, Probe } from '../../api/generated/index.ts';
import { formatGoDuration, quoteGo } from '../../machinery/index.ts';
import { expandVariables } from '../env/index.ts';
import type { ContainerRuntime, HostProbes, HttpProbeResult, ProbeResult } from '../runtime/index.ts';
import { withoutAbsent } from '../without-absent.ts';
import { resolvePort } from './resolve-port.ts';

/** How one probe went. `errored` says that it could not even be made: it tells nothing about the container. */
export interface ProbeReport {
  readonly outcome: 'success' | 'warning' | 'failure' | 'errored';
  readonly message: string;
}

export interface ProbeTarget {
  readonly container: Container;
  readonly containerId: string;
  readonly podIP: string;
}

const outputMax = 10 * 1024;

/** Kubernetes: prober.runProbe. Never rejects. */
export async function runProbe(
  runtime: ContainerRuntime,
  probes: HostProbes,
  probe: Probe,
  target: ProbeTarget,
): Promise<ProbeReport> {
  const timeoutMs = (probe.timeoutSeconds ?? 1) * 1000;
  try {
    if (probe.exec !== undefined) return await execute(runtime, probe.exec.command ?? [], target, timeoutMs);
    if (probe.httpGet !== undefined) return reportHttp(await getHttp(probes, probe.httpGet, target, timeoutMs));
    if (probe.tcpSocket !== undefined) {
      const port = resolvePort(probe.tcpSocket.port, target.container);
      return reportConnection(await probes.connectTcp(hostOf(probe.tcpSocket.host, target), port, timeoutMs));
    }
    if (probe.grpc !== undefined) {
      const { port, service } = probe.grpc;
      const call = withoutAbsent({ host: target.podIP, port, service, timeoutMs });
      return reportConnection(await probes.checkGrpc(call));
    }
    return { outcome: 'errored', message: `missing probe handler for ${target.container.name}` };
  } catch (error) {
    return { outcome: 'errored', message: error instanceof Error ? error.message : String(error) };
  }
}

/** Kubernetes: the command sees only what the pod's author wrote down literally. */
async function execute(
  runtime: ContainerRuntime,
  command: readonly string[],
  { container, containerId }: ProbeTarget,
  timeoutMs: number,
): Promise<ProbeReport> {
  const literal = new Map((container.env ?? []).map(({ name, value }) => [name, value]));
  const expanded = command.map(part => expandVariables(part, name => literal.get(name)));
  const result = await runtime.execSync(containerId, expanded, timeoutMs);
  if (result.outcome === 'timedOut') {
    const after = formatGoDuration(timeoutMs * 1e6);
    return {
      outcome: 'failure',
      message: `command timed out: ${quoteGo(expanded.join(' '))} timed out after ${after}`,
    };
  }
  const message = `${result.stdout}${result.stderr}`.slice(0, outputMax);
  return { outcome: result.exitCode === 0 ? 'success' : 'failure', message };
}

export function getHttp(
  probes: HostProbes,
  action: HTTPGetAction,
  target: Pick<ProbeTarget, 'container' | 'podIP'>,
  timeoutMs: number,
): Promise<HttpProbeResult> {
  const { host, path = '/', scheme = 'HTTP', httpHeaders } = action;
  return probes.getHttp(
    withoutAbsent({
      scheme: scheme.toLowerCase() as 'http' | 'https',
      host: hostOf(host, target),
      port: resolvePort(action.port, target.container),
      path,
      headers: httpHeaders,
      timeoutMs,
    }),
  );
}

function reportHttp(result: HttpProbeResult): ProbeReport {
  if (result.outcome === 'failed') return { outcome: 'failure', message: result.message };
  const { status, body } = result;
  if (result.redirectedTo !== undefined || (status >= 300 && status < 400)) {
    return { outcome: 'warning', message: `Probe terminated redirects, Response body: ${body}` };
  }
  if (status >= 200 && status < 300) return { outcome: 'success', message: body };
  return { outcome: 'failure', message: `HTTP probe failed with statuscode: ${status}` };
}

function reportConnection(result: ProbeResult): ProbeReport {
  return result.outcome === 'connected'
    ? { outcome: 'success', message: '' }
    : { outcome: 'failure', message: result.message };
}

function hostOf(host: string | undefined, target: Pick<ProbeTarget, 'podIP'>): string {
  return host === undefined || host === '' ? target.podIP : host;
}
