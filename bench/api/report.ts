/** What one server showed: a number to form the ratio of, and how to say it. */
export interface Figure {
  readonly value: number;
  readonly text: string;
}

export interface Row {
  readonly what: string;
  /** By the server's name. */
  readonly figures: ReadonlyMap<string, Figure>;
  /** Whether a larger value is the better one. */
  readonly isMoreBetter: boolean;
  readonly goal?: string | undefined;
}

/** The benchmark's table, printed as it grows. */
export class Report {
  readonly names: readonly string[];
  readonly rows: Row[] = [];

  /** `names`: the servers; the first is Sampan, the second what its ratio is formed to. */
  constructor(names: readonly string[]) {
    this.names = names;
  }

  add(row: Row): void {
    this.rows.push(row);
    process.stdout.write(`${row.what}\n`);
    for (const [name, { text }] of row.figures) process.stdout.write(`    ${name.padEnd(24)} ${text}\n`);
    const ratio = this.ratioOf(row);
    if (ratio !== undefined) process.stdout.write(`    ${'ratio'.padEnd(24)} ${formatRatio(ratio)}\n`);
    if (row.goal !== undefined) process.stdout.write(`    ${'goal'.padEnd(24)} ${row.goal}\n`);
  }

  /** How many times as good as the peer Sampan is; undefined where one of them has no figure. */
  ratioOf({ figures, isMoreBetter }: Row): number | undefined {
    const [ours, theirs] = this.names.slice(0, 2).map(name => figures.get(name)?.value);
    if (ours === undefined || theirs === undefined) return undefined;
    return isMoreBetter ? ours / theirs : theirs / ours;
  }

  toMarkdown(): string {
    const head = ['', ...this.names, 'ratio', 'goal'];
    const lines = this.rows.map(row => {
      const ratio = this.ratioOf(row);
      const figures = this.names.map(name => row.figures.get(name)?.text ?? '');
      return [row.what, ...figures, ratio === undefined ? '' : formatRatio(ratio), row.goal ?? ''];
    });
    return [head, head.map(() => '---'), ...lines].map(cells => `| ${cells.join(' | ')} |`).join('\n');
  }
}

export function formatRatio(ratio: number): string {
  return `${ratio >= 10 ? ratio.toFixed(0) : ratio.toFixed(1)} ×`;
}
