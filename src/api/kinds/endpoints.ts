import { type EndpointSubset, type Endpoints, endpoints as endpointsType } from '../generated/index.ts';
import { defineKind } from './define-kind.ts';
import { changeField, changeItems, fillDefaults } from './fill-defaults.ts';
import { ageColumn, listSome, nameColumn, textColumn } from './table-columns.ts';

function defaultSubset(subset: EndpointSubset): EndpointSubset {
  return changeField(subset, 'ports', ports => changeItems(ports, port => fillDefaults(port, { protocol: 'TCP' })));
}

function listAddresses(subset: EndpointSubset): string[] {
  const addresses = (subset.addresses ?? []).map(address => address.ip);
  const ports = subset.ports ?? [];
  if (ports.length === 0) return addresses;
  return ports.flatMap(port => addresses.map(ip => (ip.includes(':') ? `[${ip}]:${port.port}` : `${ip}:${port.port}`)));
}

export const endpoints = defineKind(endpointsType, {
  hasGeneration: false,
  canCreateOnUpdate: true,
  setDefaults: object => changeField(object, 'subsets', subsets => changeItems(subsets, defaultSubset)),
  columns: [
    nameColumn,
    textColumn<Endpoints>('Endpoints', 'Addresses that serve.', object =>
      (object.subsets ?? []).length === 0 ? '<none>' : listSome(object.subsets!.flatMap(listAddresses), 3, ''),
    ),
    ageColumn,
  ],
});
