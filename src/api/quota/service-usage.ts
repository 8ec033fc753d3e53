import type { Service } from '../generated/index.ts';
import type { QuotaEvaluator } from './quota-evaluator.ts';

const names: ReadonlySet<string> = new Set([
  'count/services',
  'services',
  'services.nodeports',
  'services.loadbalancers',
]);

/** Services: their number, the ports that they take on nodes, and the load balancers. */
export const serviceEvaluator: QuotaEvaluator = {
  group: '',
  resource: 'services',
  counts: name => names.has(name),
  isInScope: () => false,
  usage: object => {
    const service = object as Service;
    return {
      'count/services': '1',
      services: '1',
      'services.nodeports': String(countNodePorts(service)),
      'services.loadbalancers': service.spec?.type === 'LoadBalancer' ? '1' : '0',
    };
  },
  isCountedAnew: () => true,
};

/** Kubernetes: by what the Service asks for, because ports are given out later. */
function countNodePorts({ spec }: Service): number {
  const ports = spec?.ports ?? [];
  if (spec?.type === 'NodePort') return ports.length;
  if (spec?.type !== 'LoadBalancer') return 0;
  if (spec.allocateLoadBalancerNodePorts !== false) return ports.length;
  return ports.filter(({ nodePort = 0 }) => nodePort !== 0).length;
}
