/**
 * The assembly: a world and a store in, a running control plane out. Nodes, network and the doors to the outside are
 * added by whoever assembles a face of Sampan (`cli/` for real ones, `testing/` and `simulation/` for virtual ones).
 *
 * Start reading at `control-plane.ts`.
 */
export { componentUsers, controllerUser, nodeUser } from './component-users.ts';
export { type Component, ControlPlane, type ControlPlaneOptions } from './control-plane.ts';
