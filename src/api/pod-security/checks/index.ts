/** What the levels demand, one file a subject. Each check tells in upstream's words what is wrong. */
export { capabilityChecks } from './capability-checks.ts';
export { hostChecks } from './host-checks.ts';
export { privilegeChecks } from './privilege-checks.ts';
export { profileChecks } from './profile-checks.ts';
export { sysctlCheck } from './sysctl-check.ts';
export { volumeCheck } from './volume-check.ts';
