import {
  checkDns1123Label,
  checkDns1123Subdomain,
  checkLabelValue,
  checkQualifiedName,
  type FieldError,
  fieldError,
  invalidEach,
  isSemanticallyEqual,
  type Problems,
  parseIp,
  validateFullyQualifiedDomainName,
  validateImmutable,
  validateIp,
  validateLabels,
  validateLegacyIp,
} from '../../machinery/index.ts';
import { type Endpoint, type EndpointHints, type EndpointSlice, endpointSlices } from '../generated/index.ts';
import { defineKind } from './define-kind.ts';
import { checkProtocol, validateEndpointIp } from './endpoint-checks.ts';
import { changeField, changeItems } from './fill-defaults.ts';
import { checkChoice } from './pod-validation/index.ts';
import { ageColumn, listSome, nameColumn, textColumn } from './table-columns.ts';

const endpointsMax = 1000;
const addressesMax = 100;
const portsMax = 20_000;
const topologyMax = 16;
const hintsMax = 8;

/** Kubernetes: `ValidateEndpointSlice`, the endpoints apart. */
function validateAddressTypeAndPorts({ addressType, ports = [] }: EndpointSlice): readonly FieldError[] {
  const errors: FieldError[] = [];
  checkChoice(errors, 'addressType', addressType, ['FQDN', 'IPv4', 'IPv6']);
  if (ports.length > portsMax) return [...errors, fieldError.tooMany('ports', ports.length, portsMax)];
  const names = new Set<string>();
  for (const [index, { name = '', protocol, appProtocol }] of ports.entries()) {
    const field = `ports[${index}]`;
    if (name !== '') errors.push(...invalidEach(`${field}.name`, name, checkDns1123Label(name)));
    if (names.has(name)) errors.push(fieldError.duplicate(`${field}.name`, name));
    names.add(name);
    checkProtocol(errors, protocol, field);
    if (appProtocol !== undefined) {
      errors.push(...invalidEach(`${field}.appProtocol`, appProtocol, checkQualifiedName(appProtocol)));
    }
  }
  return errors;
}

/** Endpoints that have been looked at, with the address type they are good for: an update changes few of many. */
const knownGood = new WeakMap<Endpoint, string>();

function validateEndpoints({ endpoints = [], addressType }: EndpointSlice): readonly FieldError[] {
  if (endpoints.length > endpointsMax) return [fieldError.tooMany('endpoints', endpoints.length, endpointsMax)];
  const errors: FieldError[] = [];
  for (const [index, endpoint] of endpoints.entries()) {
    if (knownGood.get(endpoint) === addressType) continue;
    const before = errors.length;
    checkEndpoint(errors, endpoint, addressType, `endpoints[${index}]`);
    if (errors.length === before) knownGood.set(endpoint, addressType);
  }
  return errors;
}

function checkEndpoint(errors: FieldError[], endpoint: Endpoint, type: string, field: string): void {
  const { addresses = [], nodeName, hostname, deprecatedTopology: topology = {} } = endpoint;
  const at = `${field}.addresses`;
  if (addresses.length === 0) errors.push(fieldError.required(at, 'must contain at least 1 address'));
  else if (addresses.length > addressesMax) errors.push(fieldError.tooMany(at, addresses.length, addressesMax));
  for (const [index, address] of addresses.entries()) checkAddress(errors, address, type, at, index);
  if (nodeName !== undefined) {
    errors.push(...invalidEach(`${field}.nodeName`, nodeName, checkDns1123Subdomain(nodeName)));
  }
  const count = Object.keys(topology).length;
  if (count > topologyMax) errors.push(fieldError.tooMany(`${field}.deprecatedTopology`, count, topologyMax));
  errors.push(...validateLabels(topology, `${field}.deprecatedTopology`));
  if (hostname !== undefined) errors.push(...invalidEach(`${field}.hostname`, hostname, checkDns1123Label(hostname)));
  if (endpoint.hints !== undefined) checkHints(errors, endpoint.hints, `${field}.hints`);
}

function checkAddress(errors: FieldError[], address: string, type: string, field: string, index: number): void {
  const at = `${field}[${index}]`;
  if (type === 'FQDN') errors.push(...validateFullyQualifiedDomainName(address, at));
  if (type !== 'IPv4' && type !== 'IPv6') return;
  const problems = type === 'IPv4' ? validateLegacyIp(at, address) : validateIp(at, address);
  if (problems.length > 0) {
    errors.push(...problems);
    return;
  }
  if (parseIp(address)?.family !== (type === 'IPv4' ? 4 : 6)) {
    errors.push(fieldError.invalid(field, address, `must be an ${type} address`));
  }
  errors.push(...validateEndpointIp(address, at));
}

function checkHints(errors: FieldError[], { forZones = [], forNodes = [] }: EndpointHints, field: string): void {
  if (checkHintNames(errors, forZones, `${field}.forZones`, checkLabelValue)) {
    checkHintNames(errors, forNodes, `${field}.forNodes`, checkDns1123Subdomain);
  }
}

/** Whether the rest is looked at: upstream stops at a list that is too long. */
function checkHintNames(
  errors: FieldError[],
  hints: readonly { readonly name: string }[],
  field: string,
  check: (name: string) => Problems,
): boolean {
  if (hints.length > hintsMax) {
    errors.push(fieldError.tooMany(field, hints.length, hintsMax));
    return false;
  }
  const names = new Set<string>();
  for (const [index, { name }] of hints.entries()) {
    const at = `${field}[${index}].name`;
    if (names.has(name)) errors.push(fieldError.duplicate(at, name));
    names.add(name);
    errors.push(...invalidEach(at, name, check(name)));
  }
  return true;
}

export const endpointSlice = defineKind(endpointSlices, {
  setDefaults: object =>
    changeField(object, 'ports', ports =>
      changeItems(ports, port =>
        port.name !== undefined && port.protocol !== undefined
          ? port
          : { ...port, name: port.name ?? '', protocol: port.protocol ?? 'TCP' },
      ),
    ),
  skipsFullValidationOnUpdate: true,
  validateCreate: object => [...validateAddressTypeAndPorts(object), ...validateEndpoints(object)],
  validateUpdate: (object, old) => [
    ...validateAddressTypeAndPorts(object),
    ...(isSemanticallyEqual(object.endpoints, old.endpoints) ? [] : validateEndpoints(object)),
    ...validateImmutable(object.addressType, old.addressType, 'addressType'),
  ],
  warnings: object => (object.addressType === 'FQDN' ? ['spec.addressType: FQDN endpoints are deprecated'] : []),
  columns: [
    nameColumn,
    textColumn<EndpointSlice>('AddressType', 'IPv4, IPv6 or FQDN.', object => object.addressType),
    textColumn<EndpointSlice>('Ports', 'Ports of every endpoint.', object =>
      listSome(
        (object.ports ?? []).map(port => String(port.port ?? port.name ?? '*')),
        3,
        '<unset>',
      ),
    ),
    textColumn<EndpointSlice>('Endpoints', 'Addresses that serve.', object =>
      listSome(
        (object.endpoints ?? []).flatMap(endpoint => endpoint.addresses ?? []),
        3,
        '<unset>',
      ),
    ),
    ageColumn,
  ],
});
