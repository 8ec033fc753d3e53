import type { Job, Pod } from '../../api/generated/index.ts';

export const completionIndexAnnotation = 'batch.kubernetes.io/job-completion-index';

export function isIndexed(job: Job): boolean {
  return job.spec?.completionMode === 'Indexed';
}

export function indexOf(pod: Pod): number | undefined {
  const text = pod.metadata.annotations?.[completionIndexAnnotation];
  return text === undefined || !/^\d+$/.test(text) ? undefined : Number(text);
}

/** Whether a pod of the index counts at all: its Job may have been shrunk meanwhile. */
export function isOpenIndex(job: Job, index: number | undefined): index is number {
  return index !== undefined && index < (job.spec?.completions ?? 0);
}

/** Reads `1,3-5,7`, as a Job's status writes its completed indexes; those from `limit` on are left out. */
export function parseIndexes(text: string | undefined, limit = Number.POSITIVE_INFINITY): Set<number> {
  const indexes = new Set<number>();
  for (const part of (text ?? '').split(',')) {
    const [first, last = first] = part.split('-').map(Number);
    if (part === '' || first === undefined || last === undefined) continue;
    for (let index = first; index <= last && index < limit; index++) indexes.add(index);
  }
  return indexes;
}

/** Kubernetes: runs of three and more become ranges, pairs stay apart. */
export function formatIndexes(indexes: ReadonlySet<number>): string {
  const sorted = [...indexes].sort((a, b) => a - b);
  const parts: string[] = [];
  for (let i = 0; i < sorted.length; ) {
    let end = i;
    while (end + 1 < sorted.length && sorted[end + 1] === sorted[end]! + 1) end++;
    if (end === i) parts.push(String(sorted[i]));
    else if (end === i + 1) parts.push(String(sorted[i]), String(sorted[end]));
    else parts.push(`${sorted[i]}-${sorted[end]}`);
    i = end + 1;
  }
  return parts.join(',');
}

/** The lowest indexes that are not over and have no pod at work. */
export function missingIndexes(
  job: Job,
  isOver: (index: number) => boolean,
  busyPods: readonly Pod[],
  count: number,
): number[] {
  const busy = new Set(busyPods.map(indexOf));
  const missing: number[] = [];
  for (let index = 0; index < (job.spec?.completions ?? 0) && missing.length < count; index++) {
    if (!isOver(index) && !busy.has(index)) missing.push(index);
  }
  return missing;
}
