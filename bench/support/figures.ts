/** Prints one figure with its unit, and what to hold it against. */
export function printFigure(what: string, figure: string, beside = ''): void {
  process.stdout.write(`${what.padEnd(56)} ${figure.padStart(14)}   ${beside}\n`);
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

export function formatRate(perSecond: number): string {
  return `${Math.round(perSecond).toLocaleString('en')}/s`;
}
