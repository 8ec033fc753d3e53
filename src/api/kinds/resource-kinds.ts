import {
  type Device,
  type DeviceRequest,
  deviceClasses,
  type ResourceClaim,
  type ResourceClaimSpec,
  type ResourceSlice,
  resourceClaims,
  resourceClaimTemplates,
  resourceSlices,
} from '../generated/index.ts';
import { defineKind } from './define-kind.ts';
import { changeField, changeItems } from './fill-defaults.ts';
import { validateClaimStatus } from './resource-claim-status.ts';
import {
  validateClaim,
  validateClaimSpecUpdate,
  validateClaimTemplate,
  validateClaimTemplateUpdate,
  validateDeviceClass,
} from './resource-claim-validation.ts';
import { validateSlice, validateSliceUpdate } from './resource-slice-validation.ts';
import { statusRules } from './status-rules.ts';
import { ageColumn, nameColumn, textColumn } from './table-columns.ts';

/** The kinds of dynamic resource allocation. */

interface Counted {
  readonly allocationMode?: string | undefined;
  readonly count?: number | undefined;
}

function defaultCount<T extends Counted>(request: T): T {
  const allocationMode = request.allocationMode || 'ExactCount';
  const count = allocationMode === 'ExactCount' ? request.count || 1 : request.count;
  return request.allocationMode === allocationMode && request.count === count
    ? request
    : { ...request, allocationMode, count };
}

function defaultRequest(request: DeviceRequest): DeviceRequest {
  const exact = changeField(request, 'exactly', defaultCount);
  return changeField(exact, 'firstAvailable', list => changeItems(list, defaultCount));
}

function defaultClaim(spec: ResourceClaimSpec): ResourceClaimSpec {
  return changeField(spec, 'devices', devices =>
    changeField(devices, 'requests', requests => changeItems(requests, defaultRequest)),
  );
}

export const deviceClass = defineKind(deviceClasses, {
  validateCreate: validateDeviceClass,
  columns: [nameColumn, ageColumn],
});

function formatState({ metadata, status }: ResourceClaim): string {
  const isDeleted = metadata.deletionTimestamp !== undefined;
  const states = isDeleted ? ['deleted'] : [];
  if (status?.allocation === undefined) return isDeleted ? 'deleted' : 'pending';
  states.push('allocated');
  if ((status.reservedFor ?? []).length > 0) states.push('reserved');
  return states.join(',');
}

export const resourceClaim = defineKind(resourceClaims, {
  hasGeneration: false,
  setDefaults: object => changeField(object, 'spec', defaultClaim),
  prepareForCreate: object => ({ ...object, status: {} }),
  validateCreate: validateClaim,
  skipsFullValidationOnUpdate: true,
  validateUpdate: validateClaimSpecUpdate,
  status: statusRules<ResourceClaim>({ keeps: 'metadata', validateUpdate: validateClaimStatus }),
  columns: [nameColumn, textColumn<ResourceClaim>('State', 'Where it stands.', formatState), ageColumn],
});

export const resourceClaimTemplate = defineKind(resourceClaimTemplates, {
  hasGeneration: false,
  setDefaults: object => changeField(object, 'spec', spec => changeField(spec, 'spec', defaultClaim)),
  validateCreate: validateClaimTemplate,
  validateUpdate: validateClaimTemplateUpdate,
  columns: [nameColumn, ageColumn],
});

/** Kubernetes: a quantity that is not said is none. */
function defaultDevice(device: Device): Device {
  return changeField(device, 'capacity', capacity => {
    if (Object.values(capacity).every(({ value }) => value !== undefined)) return capacity;
    return Object.fromEntries(
      Object.entries(capacity).map(([name, one]) => [name, { ...one, value: one.value ?? '0' }]),
    );
  });
}

export const resourceSlice = defineKind(resourceSlices, {
  setDefaults: object =>
    changeField(object, 'spec', spec => changeField(spec, 'devices', devices => changeItems(devices, defaultDevice))),
  validateCreate: validateSlice,
  skipsFullValidationOnUpdate: true,
  validateUpdate: validateSliceUpdate,
  selectableFields: {
    'spec.nodeName': object => object.spec.nodeName ?? '',
    'spec.driver': object => object.spec.driver,
  },
  columns: [
    nameColumn,
    textColumn<ResourceSlice>('Node', 'The node that has the devices.', object => object.spec.nodeName ?? ''),
    textColumn<ResourceSlice>('Driver', 'Whose devices they are.', object => object.spec.driver),
    textColumn<ResourceSlice>('Pool', 'The pool they belong to.', object => object.spec.pool.name),
    ageColumn,
  ],
});
