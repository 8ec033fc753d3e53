import {
  type Endpoint,
  type EndpointAddress,
  type EndpointPort,
  type EndpointSlice,
  type Endpoints,
  endpoints,
  services,
} from '../../api/generated/index.ts';
import { type Controller, keyOf, type Step } from '../../client/index.ts';
import { formatIp, isDeepEqual, parseIp } from '../../machinery/index.ts';
import { controllerReference } from '../ownership.ts';
import { portsKey } from './endpoint-ports.ts';
import {
  emptyPlan,
  generateSliceName,
  listManagedSlices,
  managedByLabel,
  performPlan,
  serviceNameLabel,
  slicesByService,
  slicesManagedBy,
} from './slice-plan.ts';

const managedBy = 'endpointslicemirroring-controller.k8s.io';
const skipMirrorLabel = 'endpointslice.kubernetes.io/skip-mirror';

/** Kubernetes: --mirroring-max-endpoints-per-subset. */
const maxPerSubset = 1000;

const unmirroredAnnotations: ReadonlySet<string> = new Set([
  'endpoints.kubernetes.io/last-change-trigger-time',
  'kubectl.kubernetes.io/last-applied-configuration',
]);

/** Mirrors Endpoints that somebody keeps by hand, for a Service without a selector, into EndpointSlices. */
export const endpointSliceMirroringController: Controller<Endpoints> = {
  name: 'endpoint-slice-mirroring-controller',
  serviceAccount: 'endpointslicemirroring-controller',
  primary: endpoints,
  secondaries: [{ type: services, keysOf: service => [keyOf(service)] }, slicesManagedBy(managedBy)],
  indexes: [slicesByService],
  reconcile(source, { view, key }) {
    const existing = listManagedSlices(view, key, managedBy);
    const service =
      source === undefined ? undefined : view.get(services, source.metadata.namespace, source.metadata.name ?? '');
    if (source === undefined || service === undefined || !isMirrored(source) || service.spec?.selector !== undefined) {
      return performPlan({ ...emptyPlan(), delete: [...existing] });
    }
    const { wanted, events } = mirror(source);
    const plan = emptyPlan();
    for (const slice of existing) {
      const identity = identityOf(slice);
      const match = wanted.get(identity);
      wanted.delete(identity);
      if (match === undefined) plan.delete.push(slice);
      else if (!isSame(slice, match)) {
        plan.update.push({ ...match, metadata: { ...slice.metadata, ...match.metadata, generateName: undefined } });
      }
    }
    if (source.metadata.deletionTimestamp === undefined) plan.create.push(...wanted.values());
    const steps = performPlan(plan);
    // The events go with a change, so that they are not said again at every look.
    return steps.length === 0 ? [] : [...events, ...steps];
  },
};

function isMirrored({ metadata: { labels, annotations } }: Endpoints): boolean {
  return (
    labels?.[skipMirrorLabel] !== 'true' && annotations?.['control-plane.alpha.kubernetes.io/leader'] === undefined
  );
}

/** One slice for each subset and address family. */
function mirror(source: Endpoints): {
  readonly wanted: Map<string, EndpointSlice>;
  readonly events: readonly Step[];
} {
  const wanted = new Map<string, EndpointSlice>();
  let invalid = 0;
  let skipped = 0;
  for (const subset of source.subsets ?? []) {
    const ports = (subset.ports ?? []).map((port): EndpointPort => ({ ...port, name: port.name ?? '' }));
    const all = [
      ...(subset.addresses ?? []).map(address => [address, true] as const),
      ...(subset.notReadyAddresses ?? []).map(address => [address, false] as const),
    ];
    let added = 0;
    for (const [address, isReady] of all) {
      const ip = parseIp(address.ip);
      if (added >= maxPerSubset) skipped++;
      else if (ip === undefined) invalid++;
      else {
        added++;
        addEndpoint(wanted, source, ports, `IPv${ip.family}`, buildEndpoint(address, formatIp(ip), isReady));
      }
    }
  }
  const events: Step[] = [];
  const warn = (reason: string, message: string): void => {
    events.push({ do: 'event', regarding: source, type: 'Warning', reason, message });
  };
  if (invalid > 0) {
    warn('InvalidIPAddress', `Skipped ${invalid} invalid IP addresses when mirroring to EndpointSlices`);
  }
  if (skipped > 0) {
    warn(
      'TooManyAddressesToMirror',
      `A max of ${maxPerSubset} addresses can be mirrored to EndpointSlices per Endpoints subset. ${skipped + invalid} addresses were skipped`,
    );
  }
  return { wanted, events };
}

function addEndpoint(
  wanted: Map<string, EndpointSlice>,
  source: Endpoints,
  ports: readonly EndpointPort[],
  addressType: string,
  endpoint: Endpoint,
): void {
  const slice = buildSlice(source, ports, addressType, [endpoint]);
  const identity = identityOf(slice);
  const before = wanted.get(identity);
  wanted.set(
    identity,
    before === undefined ? slice : { ...before, endpoints: [...(before.endpoints ?? []), endpoint] },
  );
}

function buildSlice(
  source: Endpoints,
  ports: readonly EndpointPort[],
  addressType: string,
  content: readonly Endpoint[],
): EndpointSlice {
  const { namespace, name = '', labels, annotations } = source.metadata;
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      generateName: generateSliceName(source),
      namespace,
      labels: { ...labels, [serviceNameLabel]: name, [managedByLabel]: managedBy },
      annotations: Object.fromEntries(
        Object.entries(annotations ?? {}).filter(([annotation]) => !unmirroredAnnotations.has(annotation)),
      ),
      ownerReferences: [controllerReference(endpoints, source)],
    },
    addressType,
    endpoints: content,
    ports,
  };
}

function buildEndpoint(address: EndpointAddress, ip: string, isReady: boolean): Endpoint {
  return {
    addresses: [ip],
    conditions: { ready: isReady },
    hostname: address.hostname,
    nodeName: address.nodeName,
    targetRef: address.targetRef,
  };
}

function identityOf(slice: EndpointSlice): string {
  return `${slice.addressType} ${portsKey(slice.ports)}`;
}

function isSame(slice: EndpointSlice, wanted: EndpointSlice): boolean {
  return (
    isDeepEqual(slice.endpoints ?? [], wanted.endpoints ?? []) &&
    isDeepEqual(slice.metadata.labels, wanted.metadata.labels) &&
    isDeepEqual(slice.metadata.annotations ?? {}, wanted.metadata.annotations ?? {}) &&
    isDeepEqual(slice.metadata.ownerReferences, wanted.metadata.ownerReferences)
  );
}
