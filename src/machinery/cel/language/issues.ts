/** Something wrong with an expression, at a place in its text (in UTF-16 units). */
export interface Issue {
  readonly at: number;
  readonly message: string;
}

/** As cel-go prints them: the message, the line, and a caret below the place. */
export function formatIssues(source: string, issues: readonly Issue[]): string {
  return [...issues]
    .sort((one, other) => one.at - other.at)
    .map(issue => formatIssue(source, issue))
    .join('\n');
}

function formatIssue(source: string, { at, message }: Issue): string {
  const before = source.slice(0, Math.max(at, 0));
  const line = before.split('\n').length;
  const start = before.lastIndexOf('\n') + 1;
  const end = source.indexOf('\n', start);
  const text = source.slice(start, end < 0 ? undefined : end);
  const head = [...source.slice(start, at)];
  // Wide characters get wide dots, so that the caret stays below its place.
  const dots = head.map(char => (char.codePointAt(0)! > 0x7f ? '．' : '.')).join('');
  const under = [...source.slice(at, at + 2)][0] ?? '';
  const caret = (under.codePointAt(0) ?? 0) > 0x7f ? '＾' : '^';
  return `ERROR: <input>:${line}:${head.length + 1}: ${message}\n | ${text.replaceAll('\t', ' ')}\n | ${dots}${caret}`;
}
