/**
 * Addresses and ports of Services: which there are, which are taken, and who gets which. What is taken is derived from
 * the stored Services, so nothing can leak; IPAddress objects follow.
 *
 * Start reading at `service-hooks.ts`.
 */
export { AddressBook } from './address-book.ts';
export { AddressObjects } from './address-objects.ts';
export { createServiceHooks } from './service-hooks.ts';
export { ServiceNetwork, type ServiceNetworkOptions } from './service-network.ts';
