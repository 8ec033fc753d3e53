/** What came of one client. */
export interface ClientResult {
  /** `kubectl 1.27` */
  readonly title: string;
  readonly version: string;
  readonly commit: string;
  readonly seconds: number;
  readonly tests: readonly { readonly name: string; readonly outcome: 'passed' | 'failed' | 'skipped' }[];
}

const head = `# Real clients

Written by \`npm run clients\`, which builds clients from their Go modules and runs them against Sampan: each in the version
named, whole and unmodified. Each row tells of the last time that its client ran. \`@kubernetes/client-node\` is tested
by \`npm test\` (\`test/api-server/client-library.test.ts\`, \`test/end-to-end/client-library.test.ts\`), and so are the
kubectls that the machine has. Of the wire formats, client-go runs with JSON and protobuf: CBOR is off, as it is in
Kubernetes v1.36 by default.

| client | version | passed | failed | skipped | seconds | commit |
| --- | --- | ---: | ---: | ---: | ---: | --- |
`;

/** The page with these results in place of older ones of the same clients; `order` holds all titles. */
export function updatePage(page: string, results: readonly ClientResult[], order: readonly string[]): string {
  const rows = new Map(readRows(page));
  const sections = new Map(readSections(page));
  for (const result of results) {
    rows.set(result.title, formatRow(result));
    sections.set(result.title, formatSection(result));
  }
  const inOrder = (texts: ReadonlyMap<string, string>): string[] =>
    order.map(title => texts.get(title)).filter(text => text !== undefined);
  return `${head}${inOrder(rows).join('\n')}\n\n${inOrder(sections).join('\n\n')}\n`;
}

function readRows(page: string): [title: string, row: string][] {
  return page
    .split('\n')
    .filter(line => /^\| .* \| \d+ \| \d+ \| \d+ \| \d+ \| \w+ \|$/.test(line))
    .map(row => [row.split(' | ')[0]!.slice(2), row]);
}

function readSections(page: string): [title: string, section: string][] {
  const [, ...sections] = page.split(/^## /m);
  return sections.map(section => [section.split('\n')[0]!, `## ${section.trim()}`]);
}

function formatRow({ title, version, commit, seconds, tests }: ClientResult): string {
  const count = (wanted: string): number => tests.filter(({ outcome }) => outcome === wanted).length;
  const cells = [title, version, count('passed'), count('failed'), count('skipped'), Math.round(seconds), commit];
  return `| ${cells.join(' | ')} |`;
}

function formatSection({ title, tests }: ClientResult): string {
  return `## ${title}\n\n${tests.map(({ name, outcome }) => `- ${outcome}: ${name}`).join('\n')}`;
}
