/** One family of metrics in Prometheus' text format. */
export interface MetricFamily {
  readonly name: string;
  readonly help: string;
  readonly type: 'counter' | 'gauge';
  readonly samples: readonly MetricSample[];
}

export interface MetricSample {
  readonly labels?: Readonly<Record<string, string>> | undefined;
  readonly value: number;
  /** When it was measured, milliseconds since the epoch; absent: now. */
  readonly at?: number | undefined;
}

/** Families by name, those without samples left out. */
export function formatMetrics(families: readonly MetricFamily[]): string {
  return families
    .filter(({ samples }) => samples.length > 0)
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .map(formatFamily)
    .join('');
}

function formatFamily({ name, help, type, samples }: MetricFamily): string {
  const lines = samples.map(sample => `${name}${formatLabels(sample.labels)} ${sample.value}${formatAt(sample.at)}\n`);
  return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines.join('')}`;
}

function formatLabels(labels: Readonly<Record<string, string>> = {}): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escapeValue(value)}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

function escapeValue(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}

function formatAt(at: number | undefined): string {
  return at === undefined ? '' : ` ${Math.round(at)}`;
}
