/**
 * `sampan up` and `sampan server`: a control plane over a store on disk, its HTTPS server, and for `up` nodes, assembled
 * in this process and taken down again. Owns order and life cycle; what each part does is its folder's.
 *
 * Start reading at `run-up.ts`, then `start-cluster.ts`. A flag of both commands is a line in `server-options.ts` and one
 * in `../commands/server-flags.ts`.
 */
export { runServer } from './run-server.ts';
export { runUp } from './run-up.ts';
