import { readFileSync } from 'node:fs';

/** One case of upstream's suite. */
export interface ConformanceCase {
  /** What it needs: A, the API server; B, controllers; C, containers; D, their network; E, webhooks; F, two nodes. */
  readonly class: string;
  /** Its full name, as the suite has it. */
  readonly name: string;
  /** How long it took a certified cluster. */
  readonly referenceSeconds: number;
}

/** Reads a list with the columns class, sub, sig, tags, reference_seconds and codename. */
export function readCases(file: string): readonly ConformanceCase[] {
  const [head = '', ...lines] = readFileSync(file, 'utf8').trim().split(/\r?\n/);
  const columns = splitLine(head);
  const read = (cells: readonly string[], column: string): string => {
    const cell = cells[columns.indexOf(column)];
    if (cell === undefined || cell === '') throw new Error(`${file}: a line without ${column}: ${cells.join(',')}`);
    return cell;
  };
  return lines.map(splitLine).map(cells => ({
    class: read(cells, 'class'),
    name: read(cells, 'codename'),
    referenceSeconds: Number(read(cells, 'reference_seconds')),
  }));
}

/** Cells between commas, those with commas in double quotes. */
function splitLine(line: string): readonly string[] {
  return [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(
    ([, quoted, plain = '']) => quoted?.replaceAll('""', '"') ?? plain,
  );
}
