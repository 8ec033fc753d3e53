import type { Filter, Refusal } from './filter.ts';

/**
 * What is allocatable less what pods have asked for must be enough (W5: requests count, not use). All shortages of a
 * node count, each for itself.
 */
export const resourceFit: Filter = {
  name: 'NodeResourcesFit',
  prepare({ demand }, cluster) {
    const { cpu, memory, ephemeral, pods } = cluster;
    const scalars = [...demand.scalars];
    return slot => {
      const isFull = pods.used[slot]! + 1 > pods.allocatable[slot]!;
      const lacksCpu = demand.cpuMilli > 0 && demand.cpuMilli > cpu.allocatable[slot]! - cpu.used[slot]!;
      const lacksMemory = demand.memory > 0 && demand.memory > memory.allocatable[slot]! - memory.used[slot]!;
      const lacksEphemeral =
        demand.ephemeral > 0 && demand.ephemeral > ephemeral.allocatable[slot]! - ephemeral.used[slot]!;
      if (!isFull && !lacksCpu && !lacksMemory && !lacksEphemeral && scalars.length === 0) return undefined;
      const reasons: string[] = [];
      let isUnresolvable = false;
      if (isFull) reasons.push('Too many pods');
      if (lacksCpu) {
        reasons.push('Insufficient cpu');
        isUnresolvable ||= demand.cpuMilli > cpu.allocatable[slot]!;
      }
      if (lacksMemory) {
        reasons.push('Insufficient memory');
        isUnresolvable ||= demand.memory > memory.allocatable[slot]!;
      }
      if (lacksEphemeral) {
        reasons.push('Insufficient ephemeral-storage');
        isUnresolvable ||= demand.ephemeral > ephemeral.allocatable[slot]!;
      }
      for (const [name, amount] of scalars) {
        const columns = cluster.scalar(name);
        const allocatable = columns?.allocatable[slot] ?? 0;
        if (amount <= allocatable - (columns?.used[slot] ?? 0)) continue;
        reasons.push(`Insufficient ${name}`);
        isUnresolvable ||= amount > allocatable;
      }
      return reasons.length === 0 ? undefined : ({ reasons, isUnresolvable } satisfies Refusal);
    };
  },
};
