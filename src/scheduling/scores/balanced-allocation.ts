import { maxScore, type Score } from './score.ts';

/** Prefers nodes whose CPU and memory the pod brings closer to being used alike. Pods without requests do not count. */
export const balancedAllocation: Score = {
  name: 'NodeResourcesBalancedAllocation',
  weight: 1,
  prepare({ demand }, { cluster }) {
    if (demand.cpuMilli === 0 && demand.memory === 0) return undefined;
    const { cpu, memory } = cluster;
    return slot => {
      const cpuAll = cpu.allocatable[slot]!;
      const memoryAll = memory.allocatable[slot]!;
      if (cpuAll === 0 || memoryAll === 0) return 0;
      const cpuUsed = cpu.used[slot]!;
      const memoryUsed = memory.used[slot]!;
      const after = balance((cpuUsed + demand.cpuMilli) / cpuAll, (memoryUsed + demand.memory) / memoryAll);
      const before = balance(cpuUsed / cpuAll, memoryUsed / memoryAll);
      return Math.floor(maxScore / 2 + (maxScore / 2 + after - before) / 2);
    };
  },
};

/** Kubernetes: 100 less the standard deviation of the fractions, which for two is half their distance. */
function balance(cpuFraction: number, memoryFraction: number): number {
  const deviation = Math.abs(Math.min(1, cpuFraction) - Math.min(1, memoryFraction)) / 2;
  return Math.floor((1 - deviation) * maxScore);
}
