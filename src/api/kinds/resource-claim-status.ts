import { type FieldError, fieldError, isSemanticallyEqual, validateImmutable } from '../../machinery/index.ts';
import type { AllocatedDeviceStatus, AllocationResult, ResourceClaim } from '../generated/index.ts';
import {
  checkBindingConditions,
  checkConfiguration,
  checkJsonObject,
  checkLabel,
  checkList,
  checkPoolName,
  checkSet,
  parametersBytesMax,
} from './device-checks.ts';
import { checkNodeSelector, type Errors } from './pod-validation/index.ts';
import { checkReference, checkReferences, listMax, type RequestNames } from './resource-claim-validation.ts';
import { checkDriverName } from './volume-validation.ts';

const reservedForMax = 256;

/** Kubernetes: `ValidateResourceClaimStatusUpdate`. */
export function validateClaimStatus(claim: ResourceClaim, old: ResourceClaim): readonly FieldError[] {
  const errors: Errors = [];
  const { allocation, devices = [], reservedFor = [] } = claim.status ?? {};
  checkConsumers(errors, reservedFor);
  checkDevices(errors, devices, allocation);
  checkReservation(errors, claim, old);
  const before = old.status?.allocation;
  if (before !== undefined && allocation !== undefined) {
    errors.push(...validateImmutable(allocation, before, 'status.allocation'));
  } else if (allocation !== undefined) checkAllocation(errors, allocation, claim);
  return errors;
}

function checkConsumers(errors: Errors, consumers: NonNullable<ResourceClaim['status']>['reservedFor'] & object): void {
  checkSet(
    errors,
    consumers,
    reservedForMax,
    'status.reservedFor',
    ({ uid }) => uid ?? '',
    (consumer, at) => {
      for (const name of ['resource', 'name', 'uid'] as const) {
        if ((consumer[name] ?? '') === '') errors.push(fieldError.required(`${at}.${name}`));
      }
    },
  );
}

function checkReservation(errors: Errors, { metadata, status }: ResourceClaim, old: ResourceClaim): void {
  const reserved = status?.reservedFor ?? [];
  if (reserved.length === 0) return;
  const field = 'status.reservedFor';
  if (status?.allocation === undefined) {
    errors.push(fieldError.forbidden(field, 'may not be specified when `allocated` is not set'));
    return;
  }
  if (metadata.deletionTimestamp === undefined) return;
  const before = old.status?.reservedFor ?? [];
  if (reserved.every(one => before.some(other => isSemanticallyEqual(one, other)))) return;
  const detail = 'new entries may not be added while `deallocationRequested` or `deletionTimestamp` are set';
  errors.push(fieldError.forbidden(field, detail));
}

type Identified = Pick<AllocatedDeviceStatus, 'driver' | 'pool' | 'device' | 'shareID'>;

function idOf({ driver, pool, device, shareID }: Identified): string {
  const id = `${driver}/${pool}/${device}`;
  return shareID === undefined ? id : `${id}/${shareID}`;
}

function checkDevices(
  errors: Errors,
  devices: readonly AllocatedDeviceStatus[],
  allocation: AllocationResult | undefined,
): void {
  const allocated = new Set((allocation?.devices?.results ?? []).map(idOf));
  const check = (device: AllocatedDeviceStatus, at: string): void => {
    checkDriverName(errors, device.driver, `${at}.driver`);
    checkPoolName(errors, device.pool, `${at}.pool`);
    checkLabel(errors, device.device, `${at}.device`);
    if (!allocated.has(idOf(device))) {
      errors.push(fieldError.invalid(at, idOf(device), 'must be an allocated device in the claim'));
    }
    if (device.data !== undefined) checkJsonObject(errors, device.data, `${at}.data`, parametersBytesMax);
  };
  checkSet(errors, devices, Number.POSITIVE_INFINITY, 'status.devices', idOf, check);
}

function checkAllocation(errors: Errors, allocation: AllocationResult, { spec }: ResourceClaim): void {
  const field = 'status.allocation';
  const { results = [], config = [] } = allocation.devices ?? {};
  const requests = spec?.devices?.requests ?? [];
  const names: RequestNames = new Map(
    requests.map(({ name, firstAvailable = [] }) => [name, firstAvailable.map(one => one.name)]),
  );
  checkList(errors, results, listMax, `${field}.devices.results`, (result, at) => {
    checkReference(errors, result.request ?? '', names, `${at}.request`);
    checkDriverName(errors, result.driver, `${at}.driver`);
    checkPoolName(errors, result.pool, `${at}.pool`);
    checkLabel(errors, result.device, `${at}.device`);
    checkBindingConditions(errors, result, at);
  });
  checkList(errors, config, 2 * listMax, `${field}.devices.config`, (one, at) => {
    if ((one.source ?? '') === '') errors.push(fieldError.required(`${at}.source`));
    else if (one.source !== 'FromClaim' && one.source !== 'FromClass') {
      errors.push(fieldError.notSupported(`${at}.source`, one.source, ['FromClaim', 'FromClass']));
    }
    checkReferences(errors, one.requests ?? [], names, `${at}.requests`);
    checkConfiguration(errors, one, at);
  });
  if (allocation.nodeSelector !== undefined) {
    checkNodeSelector(errors, `${field}.nodeSelector`, allocation.nodeSelector);
  }
}
