import type { Histogram } from './histogram.ts';

/** Kubernetes: how long a metric may be relied upon; stands before its description, where it is one of Kubernetes' own. */
export type Stability = 'STABLE' | 'BETA' | 'ALPHA';

/** `verb="GET",version="v1"`, or empty. */
type Labels = string;

/** Writes metrics in Prometheus' text format, family by family. A family without samples is left out, as Go's client does. */
export class Exposition {
  readonly #lines: string[] = [];

  counter(
    name: string,
    stability: Stability | undefined,
    help: string,
    samples: Iterable<readonly [Labels, number]>,
  ): void {
    this.#family(name, 'counter', stability, help, samples);
  }

  gauge(
    name: string,
    stability: Stability | undefined,
    help: string,
    samples: Iterable<readonly [Labels, number]>,
  ): void {
    this.#family(name, 'gauge', stability, help, samples);
  }

  histogram(
    name: string,
    stability: Stability | undefined,
    help: string,
    samples: Iterable<readonly [Labels, Histogram]>,
  ): void {
    let isFirst = true;
    for (const [labels, histogram] of samples) {
      if (isFirst) this.#head(name, 'histogram', stability, help);
      isFirst = false;
      this.#histogram(name, labels, histogram);
    }
  }

  format(): string {
    return this.#lines.length === 0 ? '' : `${this.#lines.join('\n')}\n`;
  }

  #family(
    name: string,
    type: string,
    stability: Stability | undefined,
    help: string,
    samples: Iterable<readonly [Labels, number]>,
  ): void {
    let isFirst = true;
    for (const [labels, value] of samples) {
      if (isFirst) this.#head(name, type, stability, help);
      isFirst = false;
      this.#lines.push(labels === '' ? `${name} ${value}` : `${name}{${labels}} ${value}`);
    }
  }

  #head(name: string, type: string, stability: Stability | undefined, help: string): void {
    const lead = stability === undefined ? '' : `[${stability}] `;
    this.#lines.push(`# HELP ${name} ${lead}${help}`, `# TYPE ${name} ${type}`);
  }

  #histogram(name: string, labels: Labels, histogram: Histogram): void {
    const lines = this.#lines;
    const lead = labels === '' ? '' : `${labels},`;
    const { bounds, counts } = histogram;
    let count = 0;
    for (let i = 0; i < counts.length; i++) {
      count += counts[i]!;
      lines.push(`${name}_bucket{${lead}le="${bounds[i] ?? '+Inf'}"} ${count}`);
    }
    const tail = labels === '' ? '' : `{${labels}}`;
    lines.push(`${name}_sum${tail} ${histogram.sum}`, `${name}_count${tail} ${count}`);
  }
}

/** Labels in the order given, which should be that of their names. */
export function formatLabels(labels: Readonly<Record<string, string>>): Labels {
  let text = '';
  for (const name in labels) text += `${text === '' ? '' : ','}${name}="${escapeValue(labels[name]!)}"`;
  return text;
}

/** Prometheus escapes backslashes, quotes and line feeds, and nothing else. */
function escapeValue(value: string): string {
  if (!/[\\"\n]/.test(value)) return value;
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}
