import { type Pod, pods, type Service, services } from '../../api/generated/index.ts';
import { keyOf, type Secondary, type View } from '../../client/index.ts';
import { matchLabelSet } from '../../machinery/index.ts';
import { isPodFinished } from '../pod-facts.ts';

export const headlessLabel = 'service.kubernetes.io/headless';

/** The pods that a Service selects and that have an address and are not over; pods on their way out included. */
export function podsOfService(service: Service, view: View): readonly Pod[] {
  const selector = matchLabelSet(service.spec?.selector);
  return view
    .list(pods, service.metadata.namespace)
    .filter(pod => selector.matches(pod.metadata.labels) && isAddressable(pod));
}

function isAddressable(pod: Pod): boolean {
  return !isPodFinished(pod) && pod.status?.podIP !== undefined && pod.status.podIP !== '';
}

/** A pod leads to every Service in its namespace that selects it. */
export const servicesOfPod: Secondary<Pod> = {
  type: pods,
  keysOf: (pod, view) =>
    view
      .list(services, pod.metadata.namespace)
      .filter(service => hasSelector(service) && matchLabelSet(service.spec?.selector).matches(pod.metadata.labels))
      .map(keyOf),
};

/** Without a selector somebody else keeps the endpoints. */
export function hasSelector(service: Service): boolean {
  const selector = service.spec?.selector;
  return selector !== undefined && Object.keys(selector).length > 0 && service.spec?.type !== 'ExternalName';
}

/** The pod's own name in the Service's domain, when it asks for one there. */
export function hostnameOf(pod: Pod, service: Service): string | undefined {
  const { hostname, subdomain } = pod.spec ?? {};
  return hostname !== undefined && hostname !== '' && subdomain === service.metadata.name ? hostname : undefined;
}

export function addressesOf(pod: Pod, isIpv6: boolean): readonly string[] {
  const all = pod.status?.podIPs?.map(each => each.ip) ?? [pod.status?.podIP ?? ''];
  return all.filter(address => address !== '' && address.includes(':') === isIpv6);
}
