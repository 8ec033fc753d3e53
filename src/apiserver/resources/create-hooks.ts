import { ipAddresses, serviceCIDRs, services } from '../../api/generated/index.ts';
import { crdHooks } from '../crd/crd-hooks.ts';
import { AddressBook } from '../services/address-book.ts';
import { isOurs } from '../services/address-objects.ts';
import { createServiceHooks } from '../services/service-hooks.ts';
import type { ServiceNetwork } from '../services/service-network.ts';
import type { Endpoints } from './endpoints.ts';
import { namespaceHooks } from './namespace-hooks.ts';
import type { ResourceHooks } from './resource-hooks.ts';

/** The hooks of the kinds that have some, by `group/resource`. */
export function createHooks(endpoints: Endpoints, network: ServiceNetwork): Readonly<Record<string, ResourceHooks>> {
  let book: AddressBook | undefined;
  const openBook = (): AddressBook => {
    if (book === undefined) {
      const addresses = endpoints.get(ipAddresses).cache;
      book = new AddressBook(address => {
        const present = addresses.get('', address);
        return present !== undefined && !isOurs(present.object.metadata);
      });
      book.follow(endpoints.get(services).cache);
      network.follow(endpoints.get(serviceCIDRs).cache);
    }
    return book;
  };
  return {
    'apiextensions.k8s.io/customresourcedefinitions': crdHooks,
    '/namespaces': namespaceHooks,
    '/services': createServiceHooks(network, openBook),
  };
}
