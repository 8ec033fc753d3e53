import {
  checkDns1123Label,
  checkDns1123Subdomain,
  type FieldError,
  fieldError,
  invalidEach,
  isSemanticallyEqual,
  validateLegacyIp,
} from '../../machinery/index.ts';
import {
  type EndpointAddress,
  type EndpointSubset,
  type Endpoints,
  endpoints as endpointsType,
} from '../generated/index.ts';
import { defineKind } from './define-kind.ts';
import { checkNamedPort, validateEndpointIp } from './endpoint-checks.ts';
import { changeField, changeItems, fillDefaults } from './fill-defaults.ts';
import { ageColumn, listSome, nameColumn, textColumn } from './table-columns.ts';

function defaultSubset(subset: EndpointSubset): EndpointSubset {
  return changeField(subset, 'ports', ports => changeItems(ports, port => fillDefaults(port, { protocol: 'TCP' })));
}

/** Kubernetes: `validateEndpointSubsets`. */
function validateSubsets(subsets: readonly EndpointSubset[] | undefined): readonly FieldError[] {
  const errors: FieldError[] = [];
  for (const [index, { addresses = [], notReadyAddresses = [], ports = [] }] of (subsets ?? []).entries()) {
    const field = `subsets[${index}]`;
    if (addresses.length === 0 && notReadyAddresses.length === 0) {
      errors.push(fieldError.required(field, 'must specify `addresses` or `notReadyAddresses`'));
    }
    for (const [at, address] of addresses.entries()) checkAddress(errors, address, `${field}.addresses[${at}]`);
    for (const [at, address] of notReadyAddresses.entries()) {
      checkAddress(errors, address, `${field}.notReadyAddresses[${at}]`);
    }
    for (const [at, port] of ports.entries()) checkNamedPort(errors, port, `${field}.ports[${at}]`, ports.length > 1);
  }
  return errors;
}

function checkAddress(errors: FieldError[], { ip, hostname = '', nodeName }: EndpointAddress, field: string): void {
  errors.push(...validateLegacyIp(`${field}.ip`, ip));
  if (hostname !== '') errors.push(...invalidEach(`${field}.hostname`, hostname, checkDns1123Label(hostname)));
  if (nodeName !== undefined) {
    errors.push(...invalidEach(`${field}.nodeName`, nodeName, checkDns1123Subdomain(nodeName)));
  }
  errors.push(...validateEndpointIp(ip, `${field}.ip`));
}

function listAddresses(subset: EndpointSubset): string[] {
  const addresses = (subset.addresses ?? []).map(address => address.ip);
  const ports = subset.ports ?? [];
  if (ports.length === 0) return addresses;
  return ports.flatMap(port => addresses.map(ip => (ip.includes(':') ? `[${ip}]:${port.port}` : `${ip}:${port.port}`)));
}

export const endpoints = defineKind(
  endpointsType,
  {
    hasGeneration: false,
    canCreateOnUpdate: true,
    setDefaults: object => changeField(object, 'subsets', subsets => changeItems(subsets, defaultSubset)),
    skipsFullValidationOnUpdate: true,
    validateCreate: object => validateSubsets(object.subsets),
    validateUpdate: (object, old) =>
      isSemanticallyEqual(object.subsets, old.subsets) ? [] : validateSubsets(object.subsets),
    columns: [
      nameColumn,
      textColumn<Endpoints>('Endpoints', 'Addresses that serve.', object =>
        (object.subsets ?? []).length === 0 ? '<none>' : listSome(object.subsets!.flatMap(listAddresses), 3, ''),
      ),
      ageColumn,
    ],
  },
  [],
  'v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice',
);
