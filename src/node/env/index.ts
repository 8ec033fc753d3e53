/**
 * A container's environment: literals and their expansion, references to the pod, to ConfigMaps and Secrets, and the
 * variables that name services. Pure: what it refers to is looked up, not fetched.
 */
export { buildEnvironment, type EnvironmentInput } from './build-environment.ts';
export { expandVariables } from './expand-variables.ts';
export { serviceVariables } from './service-variables.ts';
