/**
 * What every cluster has from its start on: namespaces, priority classes, the `kubernetes` Service with its endpoints, an
 * APIService for each group and version; and component statuses. Roles and bindings are `../auth`'s.
 *
 * Start reading at `well-known-objects.ts`.
 */
export type { AdvertisedAddress } from './advertised-address.ts';
export { publishApiServices } from './api-services.ts';
export { type AuthenticationTrust, authenticationConfigMap, legacyTokenTracking } from './authentication-trust.ts';
export { type ComponentCheck, type ComponentHealth, createComponentStatuses } from './component-statuses.ts';
export { createHealthChecks } from './health-checks.ts';
export {
  kubernetesEndpointSlice,
  kubernetesEndpoints,
  kubernetesService,
  kubernetesServiceCidr,
  readyServiceCidr,
  type WellKnownObject,
  wellKnownObjects,
} from './well-known-objects.ts';
