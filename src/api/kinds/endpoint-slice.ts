import { type EndpointSlice, endpointSlices } from '../generated/index.ts';
import { defineKind } from './define-kind.ts';
import { changeField, changeItems } from './fill-defaults.ts';
import { ageColumn, listSome, nameColumn, textColumn } from './table-columns.ts';

export const endpointSlice = defineKind(endpointSlices, {
  setDefaults: object =>
    changeField(object, 'ports', ports =>
      changeItems(ports, port =>
        port.name !== undefined && port.protocol !== undefined
          ? port
          : { ...port, name: port.name ?? '', protocol: port.protocol ?? 'TCP' },
      ),
    ),
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
        (object.endpoints ?? []).flatMap(endpoint => endpoint.addresses),
        3,
        '<unset>',
      ),
    ),
    ageColumn,
  ],
});
