/**
 * What the runtime is asked to make of a pod: sandbox and container configurations, with security, resources, ports and
 * namespaces. Pure; volumes, environment and addresses come in as values.
 *
 * Start reading at `sandbox-config.ts` and `container-config.ts`.
 */
export { buildContainerConfig, type ContainerInput, logPathOf } from './container-config.ts';
export { ContainerStartError } from './container-error.ts';
export { containerResources, oomScoreAdj, quotaOf, quotaPeriodUs, sharesOf } from './resources.ts';
export { buildSandboxConfig, normalizeSysctl, type SandboxPlace } from './sandbox-config.ts';
export { effectiveSecurity, type ImageUser, isPrivileged } from './security.ts';
