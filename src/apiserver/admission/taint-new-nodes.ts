import type { Node } from '../../api/generated/index.ts';
import type { AdmissionPlugin } from '../core-contract.ts';
import { isResource } from './admitted-resource.ts';

const notReady = { key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' } as const;

/** A node starts out not ready, so that nothing is placed on it before the node controller has looked at it. */
export function createTaintNodesByCondition(): AdmissionPlugin {
  return {
    name: 'TaintNodesByCondition',
    handles: (resource, subresource, operation) =>
      isResource(resource, '', 'nodes') && subresource === '' && operation === 'CREATE',
    mutate(request) {
      const node = request.object as Node;
      const taints = node.spec?.taints ?? [];
      if (taints.some(taint => taint.key === notReady.key && taint.effect === notReady.effect)) return node;
      return { ...node, spec: { ...node.spec, taints: [...taints, notReady] } };
    },
  };
}
