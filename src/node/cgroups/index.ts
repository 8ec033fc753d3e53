/**
 * Cgroups of pods by class of service, below a parent that no other node on the machine uses.
 */
export { limitsOf, PodCgroups } from './pod-cgroups.ts';
