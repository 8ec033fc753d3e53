import { type Node, nodes, type Pod } from '../../api/generated/index.ts';
import { podRequests, withOverhead } from '../../api/quota/index.ts';
import { quantityToInteger, quantityToMilli, StatusError } from '../../machinery/index.ts';
import type { AdmissionPlugin, AdmissionRequest } from '../core-contract.ts';
import type { ObjectView } from '../object-view.ts';
import { forbid } from './admission-error.ts';
import { isResource } from './admitted-resource.ts';

/** Kubernetes: `PodResizeValidator`: a pod in place cannot ask for more than its node could ever give. */
export function createPodResize(view: ObjectView): AdmissionPlugin {
  return {
    name: 'PodResizeValidator',
    handles: (resource, subresource, operation) =>
      isResource(resource, '', 'pods') && subresource === 'resize' && operation === 'UPDATE',
    validate(request) {
      const pod = request.object as Pod;
      const { nodeName = '' } = pod.spec;
      if (nodeName === '' || request.old!.metadata.generation === pod.metadata.generation) return;
      const node: Node | undefined = view.get(nodes, undefined, nodeName);
      if (node === undefined) throw forbid(request, `node "${nodeName}" not found`);
      const system = node.metadata.labels?.['kubernetes.io/os'] ?? 'linux';
      if (system !== 'linux') {
        const why = `pod resize is only supported on linux nodes, node "${nodeName}" is "${system}"`;
        throw refuse(request, why, 'UnsupportedPlatform');
      }
      const problems = findShortages(pod, node);
      if (problems.length === 0) return;
      const why = `node didn't have enough allocatable resources: ${problems.join('; ')}`;
      throw refuse(request, why, 'NodeCapacity');
    },
  };
}

function findShortages(pod: Pod, { status }: Node): readonly string[] {
  const requests = withOverhead(pod, podRequests(pod));
  const allocatable = (status?.allocatable ?? {}) as Readonly<Record<string, string>>;
  const problems: string[] = [];
  for (const [name, read] of [
    ['cpu', quantityToMilli],
    ['memory', quantityToInteger],
  ] as const) {
    const wanted = read(requests[name]);
    const given = read(allocatable[name]);
    if (wanted > given) problems.push(`${name}, requested: ${wanted}, allocatable: ${given}`);
  }
  return problems;
}

function refuse(request: AdmissionRequest, why: string, reason: string): StatusError {
  const { message, details } = forbid(request, why);
  return new StatusError('Forbidden', message, { ...details, causes: [...(details?.causes ?? []), { reason }] });
}
