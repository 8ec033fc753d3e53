import { readFileSync } from 'node:fs';

/** One case of upstream's suite. */
export interface ConformanceCase {
  /** What it needs: A, the API server; B, controllers; C, containers; D, their network; E, webhooks; F, two nodes. */
  readonly class: string;
  /** Its full name, as the suite has it. */
  readonly name: string;
  /** How long it took a certified cluster; absent for a case that is newer. */
  readonly referenceSeconds: number | undefined;
}

/** Reads a list with the columns class, sub, sig, tags, reference_seconds and codename. */
export function readCases(file: string): readonly ConformanceCase[] {
  const [head = '', ...lines] = readFileSync(file, 'utf8').trim().split(/\r?\n/);
  const columns = splitLine(head);
  const read = (cells: readonly string[], column: string): string => {
    const cell = cells[columns.indexOf(column)];
    if (cell === undefined) throw new Error(`${file}: no ${column} in the line ${cells.join(',')}`);
    return cell;
  };
  return lines.map(splitLine).map(cells => {
    const seconds = read(cells, 'reference_seconds');
    return {
      class: read(cells, 'class'),
      name: read(cells, 'codename'),
      referenceSeconds: seconds === '' ? undefined : Number(seconds),
    };
  });
}

/** Cells between commas, those with commas in double quotes. */
function splitLine(line: string): readonly string[] {
  return [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(
    ([, quoted, plain = '']) => quoted?.replaceAll('""', '"') ?? plain,
  );
}
