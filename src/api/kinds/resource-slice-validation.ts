import {
  checkDns1123Subdomain,
  type FieldError,
  fieldError,
  invalidEach,
  validateImmutable,
} from '../../machinery/index.ts';
import type { Device, ResourcePool, ResourceSlice, ResourceSliceSpec } from '../generated/index.ts';
import { checkPoolName, checkSet } from './device-checks.ts';
import { checkNodeSelector, type Errors } from './pod-validation/index.ts';
import { checkCounterName, checkCounters, checkDevice } from './resource-slice-device.ts';
import { checkDriverName } from './volume-validation.ts';

/** Kubernetes: `validateResourceSliceSpec`. */

const devicesMax = 128;
const advancedDevicesMax = 64;
const counterSetsMax = 8;

export function validateSlice({ spec }: ResourceSlice): readonly FieldError[] {
  return validateSpec(spec, undefined);
}

export function validateSliceUpdate({ spec }: ResourceSlice, { spec: old }: ResourceSlice): readonly FieldError[] {
  return validateSpec(spec, old);
}

function validateSpec(spec: ResourceSliceSpec, old: ResourceSliceSpec | undefined): readonly FieldError[] {
  const errors: Errors = [];
  checkDriverName(errors, spec.driver, 'spec.driver');
  checkPool(errors, spec.pool ?? {});
  if (old !== undefined) {
    errors.push(...validateImmutable(spec.pool?.name, old.pool.name, 'spec.pool.name'));
    errors.push(...validateImmutable(spec.driver, old.driver, 'spec.driver'));
    errors.push(...validateImmutable(spec.nodeName, old.nodeName, 'spec.nodeName'));
  }
  checkPlace(errors, spec);
  const { devices, sharedCounters } = spec;
  if (sharedCounters !== undefined && devices !== undefined) {
    errors.push(fieldError.invalid('spec', '', 'only one of `sharedCounters` or `devices` is allowed'));
  }
  const max = (devices ?? []).some(isAdvanced) ? advancedDevicesMax : devicesMax;
  const nameOf = (one: { readonly name?: string | undefined }): string => one.name ?? '';
  checkSet(errors, devices ?? [], max, 'spec.devices', nameOf, (device, at) => {
    const before = old?.devices?.find(({ name }) => name === device.name);
    checkDevice(errors, device, before, spec.perDeviceNodeSelection === true, at);
  });
  checkSet(errors, sharedCounters ?? [], counterSetsMax, 'spec.sharedCounters', nameOf, ({ name, counters }, at) => {
    checkCounterName(errors, name, `${at}.name`);
    checkCounters(errors, counters ?? {}, `${at}.counters`);
  });
  return errors;
}

/** Devices of which a slice may have fewer. */
function isAdvanced({ taints = [], consumesCounters = [], attributes = {} }: Device): boolean {
  const hasLists = Object.values(attributes).some(
    ({ bools, ints, strings, versions }) => (bools ?? ints ?? strings ?? versions) !== undefined,
  );
  return taints.length > 0 || consumesCounters.length > 0 || hasLists;
}

function checkPool(errors: Errors, pool: Partial<ResourcePool>): void {
  const { name, resourceSliceCount: count = 0, generation = 0 } = pool;
  checkPoolName(errors, name, 'spec.pool.name');
  if (count <= 0) errors.push(fieldError.invalid('spec.pool.resourceSliceCount', count, 'must be greater than zero'));
  if (generation < 0) {
    errors.push(fieldError.invalid('spec.pool.generation', generation, 'must be greater than or equal to zero'));
  }
}

/** Where the devices are: in exactly one way. */
function checkPlace(errors: Errors, spec: ResourceSliceSpec): void {
  const { nodeName, nodeSelector, allNodes, perDeviceNodeSelection } = spec;
  const said: string[] = [];
  if (nodeName === '') {
    const detail = 'must be either unset or set to a non-empty string';
    errors.push(fieldError.invalid('spec.nodeName', nodeName, detail));
  } else if (nodeName !== undefined) {
    said.push('`nodeName`');
    errors.push(...invalidEach('spec.nodeName', nodeName, checkDns1123Subdomain(nodeName)));
  }
  if (nodeSelector !== undefined) {
    said.push('`nodeSelector`');
    checkNodeSelector(errors, 'spec.nodeSelector', nodeSelector);
    const terms = nodeSelector.nodeSelectorTerms ?? [];
    if (terms.length !== 1) {
      const detail = 'must have exactly one node selector term';
      errors.push(fieldError.invalid('spec.nodeSelector.nodeSelectorTerms', terms, detail));
    }
  }
  const detail = 'must be either unset or set to true';
  for (const [name, value] of Object.entries({ allNodes, perDeviceNodeSelection })) {
    if (value === true) said.push(`\`${name}\``);
    else if (value === false) errors.push(fieldError.invalid(`spec.${name}`, false, detail));
  }
  const one = 'exactly one of `nodeName`, `nodeSelector`, `allNodes`, `perDeviceNodeSelection` is required';
  if (said.length === 0) errors.push(fieldError.required('spec', one));
  if (said.length > 1) {
    errors.push(fieldError.invalid('spec', `{${said.join(', ')}}`, `${one}, but multiple fields are set`));
  }
}
