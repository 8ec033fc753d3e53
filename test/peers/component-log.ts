/** One sort of complaint in a component's log: where in its source, how often, and for example what. */
export interface Complaint {
  /** `replica_set.go:640` */
  readonly source: string;
  readonly count: number;
  readonly example: string;
}

/** What a component's log holds of warnings and errors (klog's `W` and `E`), the most frequent first. */
export function readComplaints(log: string): readonly Complaint[] {
  const bySource = new Map<string, string[]>();
  for (const line of log.split('\n')) {
    const source = /^[EWF]\d{4} \S+ +\d+ ([\w.-]+\.go:\d+)\]/.exec(line)?.[1];
    if (source === undefined) continue;
    const lines = bySource.get(source) ?? [];
    lines.push(line);
    bySource.set(source, lines);
  }
  return [...bySource]
    .map(([source, lines]) => ({ source, count: lines.length, example: lines.at(-1)!.slice(0, 400) }))
    .sort((a, b) => b.count - a.count);
}

/**
 * Whether an error is about how the API server behaves, rather than about what was asked of the cluster. That there are
 * no metrics is the cluster's affair.
 */
export function concernsServer({ example }: Complaint): boolean {
  if (/metrics API/.test(example)) return false;
  return /failed to (list|watch|sync)|could not find the requested resource|forbidden: User|the server |unable to decode|proto|no kind|Internal error|EOF|connection refused|timed out|leader election lost|failed to (renew|update) lease/i.test(
    example,
  );
}
