import type { Environment } from '@marcbachmann/cel-js';
import { RE2JS } from 're2js';

function findAll(text: string, pattern: string, limit: bigint): string[] {
  const matcher = RE2JS.compile(pattern).matcher(text);
  const found: string[] = [];
  while ((limit < 0n || BigInt(found.length) < limit) && matcher.find()) found.push(matcher.group() ?? '');
  return found;
}

/** Kubernetes' regular expressions: RE2, in linear time. `matches` is called `re2Matches` here (see `source-scan.ts`). */
export function registerRegex(environment: Environment): void {
  environment
    .registerFunction('string.re2Matches(string): bool', (text: string, pattern: string) =>
      RE2JS.compile(pattern).test(text),
    )
    .registerFunction('re2Matches(string, string): bool', (text: string, pattern: string) =>
      RE2JS.compile(pattern).test(text),
    )
    .registerFunction(
      'string.find(string): string',
      (text: string, pattern: string) => findAll(text, pattern, 1n)[0] ?? '',
    )
    .registerFunction('string.findAll(string): list<string>', (text: string, pattern: string) =>
      findAll(text, pattern, -1n),
    )
    .registerFunction('string.findAll(string, int): list<string>', findAll);
}
