import { type Filter, refuse } from './filter.ts';

const otherName = refuse(true, "node(s) didn't match the requested node name");

/** A pod may name its node itself. */
export const nodeName: Filter = {
  name: 'NodeName',
  prepare({ pod }, { nodes }) {
    const wanted = pod.spec?.nodeName;
    if (wanted === undefined || wanted === '') return undefined;
    return slot => (nodes[slot]!.metadata.name === wanted ? undefined : otherName);
  },
};
