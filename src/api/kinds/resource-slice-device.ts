import {
  checkDns1123Subdomain,
  compareQuantities,
  fieldError,
  invalidEach,
  isSemanticallyEqual,
  parseQuantity,
  utf8Length,
} from '../../machinery/index.ts';
import type { Counter, Device, DeviceAttribute, DeviceCapacity } from '../generated/index.ts';
import {
  checkBindingConditions,
  checkDeviceTaint,
  checkLabel,
  checkList,
  checkQualifiedDeviceName,
  checkSet,
} from './device-checks.ts';
import { checkNodeSelector, type Errors } from './pod-validation/index.ts';

const countersMax = 32;
const consumptionsMax = 2;
const attributesMax = 32;
const attributeValuesMax = 48;
const attributeBytesMax = 64;
const taintsMax = 16;
const policyValuesMax = 10;

/** Kubernetes: `validateDevice`, of a slice. */
export function checkDevice(
  errors: Errors,
  device: Device,
  before: Device | undefined,
  placesItself: boolean,
  field: string,
): void {
  const { attributes = {}, capacity = {}, taints = [], consumesCounters = [] } = device;
  checkLabel(errors, device.name, `${field}.name`);
  const entries = Object.keys(attributes).length + Object.keys(capacity).length;
  if (entries > attributesMax) {
    const detail = `the total number of attributes and capacities must not exceed ${attributesMax}`;
    errors.push(fieldError.invalid(field, entries, detail));
  }
  const values = Object.values(attributes).reduce((sum, attribute) => sum + countValues(attribute), 0);
  if (values > attributeValuesMax) {
    const detail = `the total number of attribute values must not exceed ${attributeValuesMax}`;
    errors.push(fieldError.invalid(field, values, detail));
  }
  for (const [name, attribute] of Object.entries(attributes)) {
    checkQualifiedDeviceName(errors, name, `${field}.attributes`);
    checkAttribute(errors, attribute, `${field}.attributes[${name}]`);
  }
  for (const [name, amount] of Object.entries(capacity)) {
    checkQualifiedDeviceName(errors, name, `${field}.capacity`);
    checkCapacity(errors, amount, device.allowMultipleAllocations === true, `${field}.capacity[${name}]`);
  }
  if (before === undefined || !isSemanticallyEqual(before.taints, device.taints)) {
    checkList(errors, taints, taintsMax, `${field}.taints`, (taint, at) => checkDeviceTaint(errors, taint, at));
  }
  const setOf = (one: { readonly counterSet?: string | undefined }): string => one.counterSet ?? '';
  const consumedField = `${field}.consumesCounters`;
  checkSet(errors, consumesCounters, consumptionsMax, consumedField, setOf, ({ counterSet, counters }, at) => {
    checkCounterName(errors, counterSet, `${at}.counterSet`);
    checkCounters(errors, counters ?? {}, `${at}.counters`);
  });
  checkDevicePlace(errors, device, placesItself, field);
  checkBindingConditions(errors, device, field);
}

function countValues({ bools = [], ints = [], strings = [], versions = [] }: DeviceAttribute): number {
  return Math.max(1, bools.length + ints.length + strings.length + versions.length);
}

const semver =
  /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(-(0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*)(\.(0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*))*)?(\+[0-9a-zA-Z-]+(\.[0-9a-zA-Z-]+)*)?$/;

function checkAttribute(errors: Errors, attribute: DeviceAttribute, field: string): void {
  const { string, version, strings, versions } = attribute;
  if (string !== undefined) checkAttributeText(errors, string, `${field}.string`);
  if (version !== undefined) checkVersion(errors, version, `${field}.version`);
  for (const name of ['bools', 'ints', 'strings', 'versions'] as const) {
    const list = attribute[name];
    if (list?.length === 0) errors.push(fieldError.invalid(`${field}.${name}`, [], 'must not be empty if specified'));
  }
  for (const [i, item] of (strings ?? []).entries()) checkAttributeText(errors, item, `${field}.strings[${i}]`);
  for (const [i, item] of (versions ?? []).entries()) checkVersion(errors, item, `${field}.versions[${i}]`);
  const said = Object.values(attribute).filter(value => value !== undefined).length;
  if (said !== 1) {
    errors.push(
      fieldError.invalid(field, said === 0 ? '' : goAttribute(attribute), 'exactly one value must be specified'),
    );
  }
}

/** Kubernetes: as the internal type is written, which has no JSON names. */
function goAttribute({ int, bool, string, version, ints, bools, strings, versions }: DeviceAttribute): object {
  return {
    IntValue: int ?? null,
    BoolValue: bool ?? null,
    StringValue: string ?? null,
    VersionValue: version ?? null,
    IntValues: ints ?? null,
    BoolValues: bools ?? null,
    StringValues: strings ?? null,
    VersionValues: versions ?? null,
  };
}

function checkAttributeText(errors: Errors, text: string, field: string): void {
  if (utf8Length(text) > attributeBytesMax) errors.push(fieldError.tooLong(field, attributeBytesMax));
}

function checkVersion(errors: Errors, text: string, field: string): void {
  if (!semver.test(text)) {
    errors.push(fieldError.invalid(field, text, 'must be a string compatible with semver.org spec 2.0.0'));
  }
  checkAttributeText(errors, text, field);
}

function checkCapacity(errors: Errors, capacity: DeviceCapacity, isShared: boolean, field: string): void {
  const policy = capacity.requestPolicy;
  if (policy === undefined) return;
  const at = `${field}.requestPolicy`;
  if (!isShared) {
    errors.push(fieldError.forbidden(at, 'allowMultipleAllocations must be true'));
    return;
  }
  const { validValues = [], validRange } = policy;
  if (validValues.length > 0 && validRange !== undefined) {
    const detail =
      'exactly one policy can be specified, cannot specify "validValues" and "validRange" at the same time';
    errors.push(fieldError.forbidden(at, detail));
  } else if (validValues.length > 0) {
    if (policy.default === undefined) {
      errors.push(fieldError.required(`${at}.default`, 'required when validValues is defined'));
    } else checkValidValues(errors, policy.default, capacity.value, validValues, `${at}.validValues`);
  } else if (validRange !== undefined && policy.default === undefined) {
    errors.push(fieldError.required(`${at}.default`, 'required when validRange is defined'));
  }
}

function checkValidValues(
  errors: Errors,
  standard: string,
  capacity: string,
  values: readonly string[],
  field: string,
): void {
  const compare = (left: string, right: string): number => compareQuantities(parse(left), parse(right));
  for (const [i, value] of values.entries()) {
    if (i > 0 && compare(values[i - 1]!, value) > 0) {
      errors.push(fieldError.invalid(`${field}[${i}]`, value, 'values must be sorted in ascending order'));
    }
  }
  checkSet(
    errors,
    values,
    policyValuesMax,
    field,
    value => value,
    (value, at) => {
      if (compare(value, capacity) > 0) {
        errors.push(fieldError.invalid(at, value, `option is larger than capacity value: ${capacity}`));
      }
    },
  );
  if (!values.some(value => compare(value, standard) === 0)) {
    errors.push(fieldError.invalid(field, standard, 'default value is not valid according to the requestPolicy'));
  }
}

function parse(text: string) {
  return parseQuantity(text)!;
}

export function checkCounterName(errors: Errors, name: string | undefined, field: string): void {
  if ((name ?? '') === '') errors.push(fieldError.required(field));
  else checkLabel(errors, name, field);
}

export function checkCounters(errors: Errors, counters: Readonly<Record<string, Counter>>, field: string): void {
  const names = Object.keys(counters);
  if (names.length === 0) errors.push(fieldError.required(field));
  else if (names.length > countersMax) errors.push(fieldError.tooMany(field, names.length, countersMax));
  else for (const name of names) checkLabel(errors, name, field);
}

/** A device says where it is when its slice leaves it to the devices, and only then. */
function checkDevicePlace(errors: Errors, device: Device, placesItself: boolean, field: string): void {
  const { nodeName, nodeSelector, allNodes } = device;
  const condition = '`perDeviceNodeSelection` is set to true in the ResourceSlice spec';
  if (!placesItself) {
    if (nodeName === undefined && nodeSelector === undefined && allNodes === undefined) return;
    const detail = `\`nodeName\`, \`nodeSelector\` and \`allNodes\` can only be set if ${condition}`;
    errors.push(fieldError.invalid(field, null, detail));
    return;
  }
  const said: string[] = [];
  if (nodeName === '') errors.push(fieldError.invalid(`${field}.nodeName`, '', 'must not be empty'));
  else if (nodeName !== undefined) {
    said.push('`nodeName`');
    errors.push(...invalidEach(`${field}.nodeName`, nodeName, checkDns1123Subdomain(nodeName)));
  }
  if (nodeSelector !== undefined) {
    said.push('`nodeSelector`');
    checkNodeSelector(errors, `${field}.nodeSelector`, nodeSelector);
  }
  if (allNodes === true) said.push('`allNodes`');
  else if (allNodes === false) {
    errors.push(fieldError.invalid(`${field}.allNodes`, false, 'must be either unset or set to true'));
  }
  const detail = `exactly one of \`nodeName\`, \`nodeSelector\`, or \`allNodes\` is required when ${condition}`;
  if (said.length === 0) errors.push(fieldError.required(field, detail));
  if (said.length > 1) errors.push(fieldError.invalid(field, `{${said.join(', ')}}`, detail));
}
