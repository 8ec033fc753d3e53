/** A line of a container's log file in CRI's form: `2026-11-20T13:44:23.5Z stdout F text`. */
export interface LogLine {
  readonly timestamp: string;
  readonly stream: 'stdout' | 'stderr';
  /** The line goes on in the next one: 16 KiB were full, or the container ended without a newline. */
  readonly isPartial: boolean;
  readonly text: string;
}

/** undefined for what is not in CRI's form, such as an empty line. */
export function parseLogLine(line: string): LogLine | undefined {
  const afterTime = line.indexOf(' ');
  const afterStream = line.indexOf(' ', afterTime + 1);
  if (afterTime < 0 || afterStream < 0) return undefined;
  const afterTag = line.indexOf(' ', afterStream + 1);
  const stream = line.slice(afterTime + 1, afterStream);
  if (stream !== 'stdout' && stream !== 'stderr') return undefined;
  const tag = line.slice(afterStream + 1, afterTag < 0 ? line.length : afterTag);
  return {
    timestamp: line.slice(0, afterTime),
    stream,
    isPartial: tag.split(':')[0] === 'P',
    text: afterTag < 0 ? '' : line.slice(afterTag + 1),
  };
}

/** Kubernetes: times are printed with all nine digits. */
export function padTimestamp(timestamp: string): string {
  const parts = /^([^.]*?)(?:\.(\d+))?(Z|[+-]\d\d:\d\d)$/.exec(timestamp);
  return parts === null ? timestamp : `${parts[1]}.${(parts[2] ?? '').padEnd(9, '0')}${parts[3]}`;
}
