/**
 * DaemonSets: which nodes a set is for, and one pod of it on each.
 *
 * Start reading at `daemon-set.ts`.
 */
export { daemonSetController } from './daemon-set.ts';
