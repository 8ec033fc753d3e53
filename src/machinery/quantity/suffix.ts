/** Kubernetes: `resource.Format`. */
export type QuantityFormat = 'DecimalSI' | 'BinarySI' | 'DecimalExponent';

interface Suffix {
  readonly base: 2 | 10;
  readonly exponent: number;
  readonly format: QuantityFormat;
}

const decimalSuffixes = ['n', 'u', 'm', '', 'k', 'M', 'G', 'T', 'P', 'E'] as const;
const binarySuffixes = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'] as const;

const suffixes: ReadonlyMap<string, Suffix> = new Map([
  ...binarySuffixes.map((text, index): [string, Suffix] => [
    text,
    { base: 2, exponent: index * 10, format: 'BinarySI' },
  ]),
  ...decimalSuffixes.map((text, index): [string, Suffix] => [
    text,
    { base: 10, exponent: index * 3 - 9, format: 'DecimalSI' },
  ]),
]);

const exponentShape = /^[eE]([+-]?[0-9]+)$/;

/** What a suffix multiplies by; undefined for one that does not exist. */
export function interpretSuffix(text: string): Suffix | undefined {
  const known = suffixes.get(text);
  if (known !== undefined) return known;
  const exponent = exponentShape.exec(text);
  return exponent === null ? undefined : { base: 10, exponent: Number(exponent[1]), format: 'DecimalExponent' };
}

/** The suffix for a power of ten (decimal forms) or of two. Beyond the largest, decimal forms fall back to `e21`. */
export function suffixFor(format: QuantityFormat, exponent: number): string {
  if (exponent === 0) return '';
  if (format === 'BinarySI') return binarySuffixes[exponent / 10]!;
  if (format === 'DecimalSI') return decimalSuffixes[exponent / 3 + 3] ?? `e${exponent}`;
  return `e${exponent}`;
}
