import type { Pod } from '../../api/generated/index.ts';
import { StatusError } from '../../machinery/index.ts';
import type { KubeletRequest, KubeletResponse, NodeConnections } from '../connections/index.ts';
import { defaultClusterDomain, defaultMaxPods, defaultPort, type NodeAgentOptions } from '../options.ts';
import { describeRuntimeError } from '../pods/index.ts';
import { isRuntimeError } from '../runtime/index.ts';
import { formatCadvisorMetrics } from './cadvisor-metrics.ts';
import { chooseFigures } from './choose-figures.ts';
import { openLogFile } from './log-files.ts';
import { formatMetrics } from './metrics-text.ts';
import { readLogOptions } from './read-log-options.ts';
import { formatResourceMetrics } from './resource-metrics.ts';
import { StatsCollector, type StatsMeans } from './stats-collector.ts';

export interface KubeletApiMeans extends StatsMeans {
  readonly connections: NodeConnections;
  readonly options: NodeAgentOptions;
}

/** The kubelet's HTTP API, for who asks through `nodes/proxy`. */
export class KubeletApi {
  readonly #means: KubeletApiMeans;
  readonly #stats: StatsCollector;

  constructor(means: KubeletApiMeans) {
    this.#means = means;
    this.#stats = new StatsCollector(means);
  }

  /** Never rejects for what a caller can cause. */
  async handle(request: KubeletRequest): Promise<KubeletResponse> {
    if (request.method !== 'GET' && request.method !== 'HEAD') return text(405, 'Method Not Allowed\n');
    try {
      return await this.#answer(request);
    } catch (error) {
      if (error instanceof StatusError) return text(error.code, `${error.message}\n`);
      if (isRuntimeError(error)) return text(500, `${describeRuntimeError(error)}\n`);
      throw error;
    }
  }

  async #answer({ path, query }: KubeletRequest): Promise<KubeletResponse> {
    const [, root = '', ...rest] = path.split('/');
    switch (root) {
      case 'healthz':
        return this.#answerHealth(rest.join('/'));
      case 'pods':
        return json({ kind: 'PodList', apiVersion: 'v1', metadata: {}, items: this.#pods() });
      case 'runningpods':
        return json({ kind: 'PodList', apiVersion: 'v1', metadata: {}, items: this.#runningPods() });
      case 'stats':
        return rest[0] === 'summary' ? json(chooseFigures(await this.#stats.collect(), query)) : notFound();
      case 'metrics':
        return this.#answerMetrics(rest.join('/'));
      case 'configz':
        return json({ kubeletconfig: this.#configuration() });
      case 'logs':
        return this.#answerLogs(path.slice('/logs'.length));
      case 'containerLogs':
        return this.#answerContainerLog(rest, query);
      default:
        return notFound();
    }
  }

  #answerHealth(check: string): KubeletResponse {
    return ['', 'log', 'ping', 'syncloop'].includes(check.replace(/\/$/, '')) ? text(200, 'ok') : notFound();
  }

  async #answerMetrics(which: string): Promise<KubeletResponse> {
    switch (which) {
      case '':
        return metrics(this.#formatOwnMetrics());
      case 'resource':
        return metrics(formatResourceMetrics(await this.#stats.collect()));
      case 'cadvisor':
        return metrics(formatCadvisorMetrics(await this.#stats.collect(), await this.#means.host.figures.facts()));
      default:
        return notFound();
    }
  }

  async #answerLogs(path: string): Promise<KubeletResponse> {
    if (path === '') return { status: 301, headers: { location: 'logs/' }, body: '' };
    const found = await openLogFile(this.#means.host.files, path);
    if (found === undefined) return notFound();
    if (found.kind === 'redirect') {
      return { status: 301, headers: { location: `${path.slice(path.lastIndexOf('/') + 1)}/` }, body: '' };
    }
    if (found.kind === 'directory') {
      return { status: 200, headers: { 'content-type': 'text/html; charset=utf-8' }, body: found.html };
    }
    return { status: 200, headers: textHeaders, body: { kind: 'bytes', source: found.source } };
  }

  /** `/containerLogs/NAMESPACE/POD/CONTAINER`. */
  async #answerContainerLog([namespace, name, container]: readonly string[], query: string): Promise<KubeletResponse> {
    const pod = this.#pods().find(({ metadata }) => metadata.name === name && metadata.namespace === namespace);
    if (container === undefined) return text(400, '{"message": "missing container name!"}');
    if (pod === undefined) return text(404, `pod does not exist\n`);
    const source = await this.#means.connections.logs(pod, readLogOptions(query, container));
    return { status: 200, headers: textHeaders, body: { kind: 'bytes', source } };
  }

  #pods(): readonly Pod[] {
    return this.#means.workers.list().map(({ pod, status }) => ({
      ...pod,
      apiVersion: 'v1',
      kind: 'Pod',
      status: status ?? pod.status,
    }));
  }

  /** What the runtime runs, told as pods. Kubernetes: made from the runtime alone, so specs are bare. */
  #runningPods(): readonly object[] {
    return this.#means.workers.list().flatMap(({ pod, runtimePod }) => {
      const running = (runtimePod?.containers ?? []).filter(({ state }) => state === 'running');
      if (running.length === 0) return [];
      const { name, namespace, uid } = pod.metadata;
      const containers = running.map(each => ({ name: each.name, image: each.image, resources: {} }));
      return [{ metadata: { name, namespace, uid }, spec: { containers }, status: {} }];
    });
  }

  #formatOwnMetrics(): string {
    const { nodeName, workers } = this.#means;
    const running = workers.list().map(({ runtimePod }) => runtimePod?.containers ?? []);
    const byState = Map.groupBy(running.flat(), ({ state }) => state);
    return formatMetrics([
      {
        name: 'kubelet_node_name',
        help: "[ALPHA] The node's name. The count is always 1.",
        type: 'gauge',
        samples: [{ labels: { node: nodeName }, value: 1 }],
      },
      {
        name: 'kubelet_running_pods',
        help: '[ALPHA] Number of pods that have a running pod sandbox',
        type: 'gauge',
        samples: [{ value: running.filter(all => all.some(({ state }) => state === 'running')).length }],
      },
      {
        name: 'kubelet_running_containers',
        help: '[ALPHA] Number of containers currently running',
        type: 'gauge',
        samples: [...byState].map(([state, all]) => ({ labels: { container_state: state }, value: all.length })),
      },
    ]);
  }

  /** What of upstream's configuration there is a counterpart for. */
  #configuration(): object {
    const { clusterDns = [], clusterDomain = defaultClusterDomain, maxPods, port, podPidsLimit } = this.#means.options;
    return {
      kind: 'KubeletConfiguration',
      apiVersion: 'kubelet.config.k8s.io/v1beta1',
      port: port ?? defaultPort,
      clusterDomain,
      clusterDNS: clusterDns,
      maxPods: maxPods ?? defaultMaxPods,
      podPidsLimit: podPidsLimit ?? -1,
    };
  }
}

const textHeaders = { 'content-type': 'text/plain; charset=utf-8' };

function text(status: number, body: string): KubeletResponse {
  return { status, headers: { ...textHeaders, 'x-content-type-options': 'nosniff' }, body };
}

function json(value: object): KubeletResponse {
  return { status: 200, headers: { 'content-type': 'application/json' }, body: JSON.stringify(value) };
}

function metrics(body: string): KubeletResponse {
  return { status: 200, headers: { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' }, body };
}

function notFound(): KubeletResponse {
  return text(404, '404 page not found\n');
}
