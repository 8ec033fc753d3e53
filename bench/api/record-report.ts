import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import type { Report } from './report.ts';

const file = join(import.meta.dirname, '../../docs/reference/performance.md');
const begin = '<!-- written by npm run bench -- api --record -->';
const end = '<!-- end of what is written by the command -->';

/** Puts the table into the page, between its marks; what stands around it is written by hand. */
export function recordReport(report: Report): void {
  const page = readFileSync(file, 'utf8');
  const from = page.indexOf(begin);
  const to = page.indexOf(end);
  if (from < 0 || to < from) throw new Error(`${file} has lost the marks that say where the table belongs`);
  const commit = execFileSync('git', ['rev-parse', '--short=10', 'HEAD'], { encoding: 'utf8' }).trim();
  const [{ model } = { model: 'unknown' }] = cpus();
  const facts = `Measured at commit ${commit} with Node ${process.versions.node} on ${cpus().length} cores (${model}).`;
  const table = `${begin}\n\n${facts}\n\n${report.toMarkdown()}\n\n`;
  writeFileSync(file, page.slice(0, from) + table + page.slice(to));
}
