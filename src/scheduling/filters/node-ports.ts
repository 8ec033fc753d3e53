import { type Filter, refuse } from './filter.ts';

const taken = refuse(false, "node(s) didn't have free ports for the requested pod ports");

/** Two pods cannot have the same port of a node. */
export const nodePorts: Filter = {
  name: 'NodePorts',
  prepare({ demand }, cluster) {
    if (demand.hostPorts.length === 0) return undefined;
    return slot => (cluster.hasPortConflict(slot, demand.hostPorts) ? taken : undefined);
  },
};
