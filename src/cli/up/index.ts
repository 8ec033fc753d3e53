/**
 * `sampan up`: a control plane over a store on disk, its HTTPS server, and nodes, assembled in this process and taken
 * down again. Owns order and life cycle; what each part does is its folder's.
 *
 * Start reading at `run-up.ts`, then `start-cluster.ts`.
 */
export { runUp } from './run-up.ts';
