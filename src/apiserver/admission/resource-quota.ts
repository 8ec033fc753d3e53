import { type ResourceQuota, resourceQuotas } from '../../api/generated/index.ts';
import {
  type Amounts,
  addAmounts,
  formatAmounts,
  isInScopes,
  pickAmounts,
  type QuotaEvaluator,
  quantityIn,
  quotaEvaluatorOf,
  subtractAmounts,
  withoutZeros,
} from '../../api/quota/index.ts';
import { compareQuantities, type KubeObject, StatusError, statusError } from '../../machinery/index.ts';
import type { AdmissionPlugin, AdmissionRequest, ServedResource } from '../core-contract.ts';
import type { ObjectView } from '../object-view.ts';
import { forbid } from './admission-error.ts';

/** Stores a quota's status; rejects with a Conflict where the quota has changed meanwhile. */
export type QuotaWriter = (quota: ResourceQuota) => Promise<unknown>;

/** Kubernetes: `DefaultIgnoredResources`, as far as they live in namespaces. */
const ignored: ReadonlySet<string> = new Set(['events', 'bindings', 'localsubjectaccessreviews']);

const attemptsMax = 100;

/**
 * Refuses what would take more than a ResourceQuota allows, and charges what it lets through. One request of a namespace
 * at a time, because each has to see what the one before took. What is charged for an object that is refused afterwards
 * comes back when the quota's controller adds up anew.
 */
export function createResourceQuota(view: ObjectView, clock: { now(): number }, write: QuotaWriter): AdmissionPlugin {
  const turns = new Map<string, Promise<void>>();
  const charge = async (request: AdmissionRequest, evaluator: QuotaEvaluator): Promise<void> => {
    for (let attempt = 1; ; attempt++) {
      const charged = check(view.list(resourceQuotas, request.namespace), request, evaluator, clock.now());
      if (request.isDryRun) return;
      try {
        for (const quota of charged) await write(quota);
        return;
      } catch (error) {
        // A quota that has gone in the meantime refuses nothing.
        const isStale = StatusError.is(error, 'Conflict') || StatusError.is(error, 'NotFound');
        if (!isStale) throw error;
        if (attempt === attemptsMax) throw statusError.internal('resource quota evaluation timed out');
      }
    }
  };
  return {
    name: 'ResourceQuota',
    handles: (resource, subresource, operation) => isCounted(resource) && isCharging(resource, subresource, operation),
    validate(request) {
      if (!view.hasAny(resourceQuotas) || view.list(resourceQuotas, request.namespace).length === 0) return;
      const { group, resource } = request.resource.version.type;
      const evaluator = quotaEvaluatorOf(group, resource);
      if (!isUpdateCharged(request, evaluator)) return;
      const { namespace } = request;
      const turn = (turns.get(namespace) ?? Promise.resolve()).then(() => charge(request, evaluator));
      const ended = turn.then(ignore, ignore).then(() => {
        if (turns.get(namespace) === ended) turns.delete(namespace);
      });
      turns.set(namespace, ended);
      return turn;
    },
  };
}

function ignore(): void {}

function isCounted({ version: { type } }: ServedResource): boolean {
  return type.namespaced && !ignored.has(type.resource);
}

function isCharging({ version: { type } }: ServedResource, subresource: string, operation: string): boolean {
  const isPod = type.group === '' && type.resource === 'pods';
  if (subresource !== '') return isPod && subresource === 'resize' && operation === 'UPDATE';
  if (operation === 'CREATE') return true;
  const canChange = isPod || type.resource === 'services' || type.resource === 'persistentvolumeclaims';
  return operation === 'UPDATE' && type.group === '' && canChange;
}

function isUpdateCharged(
  { operation, object, old, subresource }: AdmissionRequest,
  evaluator: QuotaEvaluator,
): boolean {
  return operation === 'CREATE' || subresource === 'resize' || evaluator.isCountedAnew(object!, old!);
}

/** The quotas as they are once the request is charged; only those that it changes. Throws the 403. */
function check(
  quotas: readonly ResourceQuota[],
  request: AdmissionRequest,
  evaluator: QuotaEvaluator,
  nowMs: number,
): readonly ResourceQuota[] {
  const object = request.object!;
  const concerned = quotas.filter(quota => isConcerned(quota, evaluator, object));
  for (const quota of concerned) demandKnownUse(quota, evaluator, request);
  const usage = evaluator.usage(object, nowMs);
  return concerned.flatMap(quota => {
    const { old } = request;
    const isCharged = old !== undefined && isConcerned(quota, evaluator, old);
    const asked = withoutZeros(isCharged ? subtractAmounts(usage, evaluator.usage(old, nowMs)) : usage);
    const hard: Amounts = quota.status?.hard ?? {};
    const requested = pickAmounts(asked, Object.keys(hard));
    if (Object.keys(requested).length === 0) return [];
    const used = addAmounts(quota.status?.used ?? {}, requested);
    demandRoom(quota, hard, requested, used, request);
    return [{ ...quota, status: { ...quota.status, used } }];
  });
}

function isConcerned(quota: ResourceQuota, evaluator: QuotaEvaluator, object: KubeObject): boolean {
  return namesFor(quota, evaluator).length > 0 && isInScopes(evaluator, quota, object);
}

function namesFor({ status }: ResourceQuota, evaluator: QuotaEvaluator): readonly string[] {
  return Object.keys(status?.hard ?? {}).filter(name => evaluator.counts(name));
}

function demandKnownUse(quota: ResourceQuota, evaluator: QuotaEvaluator, request: AdmissionRequest): void {
  const names = namesFor(quota, evaluator);
  const lack = evaluator.findLack?.(request.object!, names);
  if (lack !== undefined) throw forbid(request, `failed quota: ${quota.metadata.name}: ${lack}`);
  if (names.every(name => quota.status?.used?.[name] !== undefined)) return;
  const list = [...names].sort().join(',');
  throw forbid(request, `status unknown for quota: ${quota.metadata.name}, resources: ${list}`);
}

function demandRoom(
  quota: ResourceQuota,
  hard: Amounts,
  requested: Amounts,
  used: Amounts,
  request: AdmissionRequest,
): void {
  const exceeded = Object.keys(requested).filter(
    name => compareQuantities(quantityIn(used, name), quantityIn(hard, name)) > 0,
  );
  if (exceeded.length === 0) return;
  const format = (amounts: Amounts | undefined): string => formatAmounts(pickAmounts(amounts ?? {}, exceeded));
  throw forbid(
    request,
    `exceeded quota: ${quota.metadata.name}, requested: ${format(requested)}, used: ${format(quota.status?.used)}, limited: ${format(hard)}`,
  );
}
