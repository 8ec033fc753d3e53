import { services } from '../../api/generated/index.ts';
import type { World } from '../../world/index.ts';
import { AddressBook } from '../services/address-book.ts';
import { createServiceHooks } from '../services/service-hooks.ts';
import { ServiceNetwork, type ServiceNetworkOptions } from '../services/service-network.ts';
import type { Endpoints } from './endpoints.ts';
import { namespaceHooks } from './namespace-hooks.ts';
import type { ResourceHooks } from './resource-hooks.ts';

/** The hooks of the kinds that have some, by `group/resource`. */
export function createHooks(
  endpoints: Endpoints,
  world: World,
  options: ServiceNetworkOptions,
): Readonly<Record<string, ResourceHooks>> {
  const network = new ServiceNetwork(options, world.random.stream('apiserver/services'));
  let book: AddressBook | undefined;
  const openBook = (): AddressBook => {
    if (book === undefined) {
      book = new AddressBook();
      book.follow(endpoints.get(services).cache);
    }
    return book;
  };
  return {
    '/namespaces': namespaceHooks,
    '/services': createServiceHooks(network, openBook),
  };
}
