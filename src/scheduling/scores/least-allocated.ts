import { maxScore, type Score } from './score.ts';

/** Prefers nodes with more of what is left: Kubernetes' LeastAllocated over CPU and memory. */
export const leastAllocated: Score = {
  name: 'NodeResourcesFit',
  weight: 1,
  prepare({ demand }, { cluster }) {
    const { cpu, memory, scoredCpu, scoredMemory } = cluster;
    return slot => {
      const cpuScore = scoreRest(scoredCpu.used[slot]! + demand.scoredCpuMilli, cpu.allocatable[slot]!);
      const memoryScore = scoreRest(scoredMemory.used[slot]! + demand.scoredMemory, memory.allocatable[slot]!);
      return Math.floor((cpuScore + memoryScore) / 2);
    };
  },
};

function scoreRest(requested: number, allocatable: number): number {
  if (allocatable === 0 || requested > allocatable) return 0;
  return Math.floor(((allocatable - requested) * maxScore) / allocatable);
}
