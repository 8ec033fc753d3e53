import { type IPAddress, ipAddresses, type ServiceCIDR, serviceCIDRs } from '../api/generated/index.ts';
import type { Controller, Step, View } from '../client/index.ts';
import { type Cidr, cidrContains, parseCidr, parseIp } from '../machinery/index.ts';
import { formatTime } from '../world/index.ts';
import { addFinalizer, removeFinalizer } from './write-finalizers.ts';

const finalizer = 'networking.k8s.io/service-cidr-finalizer';
const managedBy = 'ipaddress.kubernetes.io/managed-by';
/** Kubernetes: until then no server draws from the range any more. */
const graceMs = 10_000;

/**
 * Says that a ServiceCIDR is ready, and keeps one that is deleted for as long as a Service has an address that no other
 * range covers.
 */
export const serviceCidrController: Controller<ServiceCIDR> = {
  name: 'service-cidr-controller',
  serviceAccount: 'service-cidrs-controller',
  primary: serviceCIDRs,
  secondaries: [
    { type: serviceCIDRs, keysOf: (_, view) => goingRanges(view) },
    { type: ipAddresses, keysOf: (_, view) => goingRanges(view), isRelevant: () => false },
  ],
  reconcile(object, { view, now }) {
    if (object === undefined) return [];
    const { finalizers = [], deletionTimestamp } = object.metadata;
    const isProtected = finalizers.includes(finalizer);
    if (deletionTimestamp !== undefined) return isProtected ? release(object, view, now) : [];
    if (!isProtected) return [addFinalizer(serviceCIDRs, object, finalizer)];
    return settle(object, 'True', '', 'Kubernetes Service CIDR is ready', now);
  },
};

/** Only ranges that are to go depend on anything but themselves. */
function goingRanges(view: View): readonly string[] {
  return view
    .list(serviceCIDRs)
    .filter(({ metadata }) => metadata.deletionTimestamp !== undefined)
    .map(({ metadata }) => metadata.name!);
}

function release(object: ServiceCIDR, view: View, now: number): readonly Step[] {
  if (isNeeded(object, view)) {
    const message =
      'There are still IPAddresses referencing the ServiceCIDR, please remove them or create a new ServiceCIDR';
    return settle(object, 'False', 'Terminating', message, now);
  }
  const waitMs = graceMs - (now - Date.parse(object.metadata.deletionTimestamp!));
  if (waitMs > 0) return [{ do: 'again', delayMs: waitMs }];
  return [removeFinalizer(serviceCIDRs, object, finalizer)];
}

/** Whether addresses of Services would be in no range without this one. */
function isNeeded(object: ServiceCIDR, view: View): boolean {
  const others = view
    .list(serviceCIDRs)
    .filter(({ metadata }) => metadata.name !== object.metadata.name)
    .flatMap(rangesOf);
  const own = rangesOf(object);
  if (own.every(range => others.some(other => covers(other, range)))) return false;
  return view.list(ipAddresses).some(address => isServices(address) && isOnlyIn(address, own, others));
}

function isServices({ metadata }: IPAddress): boolean {
  return metadata.labels?.[managedBy] === 'ipallocator.k8s.io';
}

function isOnlyIn({ metadata }: IPAddress, own: readonly Cidr[], others: readonly Cidr[]): boolean {
  const ip = parseIp(metadata.name!);
  if (ip === undefined) return false;
  return own.some(range => cidrContains(range, ip)) && !others.some(range => cidrContains(range, ip));
}

function rangesOf({ spec }: ServiceCIDR): readonly Cidr[] {
  return (spec?.cidrs ?? []).flatMap(text => parseCidr(text) ?? []);
}

function covers(outer: Cidr, inner: Cidr): boolean {
  return outer.prefixLength <= inner.prefixLength && cidrContains(outer, { family: inner.family, bits: inner.base });
}

function settle(object: ServiceCIDR, status: string, reason: string, message: string, now: number): readonly Step[] {
  const present = object.status?.conditions?.find(({ type }) => type === 'Ready');
  if (present?.status === status && present.reason === reason && present.message === message) return [];
  const condition = { type: 'Ready', status, reason, message, lastTransitionTime: formatTime(now) };
  const others = (object.status?.conditions ?? []).filter(({ type }) => type !== 'Ready');
  const next: ServiceCIDR = { ...object, status: { conditions: [...others, condition] } };
  return [{ do: 'update', type: serviceCIDRs, object: next, subresource: 'status' }];
}
