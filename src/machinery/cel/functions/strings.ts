import { RE2JS } from 're2js';
import { CelFailure, fail } from '../language/failure.ts';
import type { Functions } from '../language/program.ts';
import { itemsOf } from '../language/values.ts';
import { formatTemplate } from './format-template.ts';

function charsOf(text: unknown): readonly string[] {
  return [...(text as string)];
}

function outOfRange(index: unknown): unknown {
  return fail(`index out of range: ${String(index)}`);
}

function charAt(text: unknown, index: unknown): unknown {
  const chars = charsOf(text);
  const at = Number(index);
  if (at < 0 || at > chars.length) return outOfRange(index);
  return chars[at] ?? '';
}

function matchesAt(chars: readonly string[], part: readonly string[], at: number): boolean {
  return part.every((char, offset) => chars[at + offset] === char);
}

function indexOf(text: unknown, part: unknown, from: unknown = 0n): unknown {
  if (part === '') return from;
  const start = Number(from);
  if (start < 0) return outOfRange(from);
  const chars = charsOf(text);
  const wanted = charsOf(part);
  for (let at = start; at + wanted.length <= chars.length; at++) if (matchesAt(chars, wanted, at)) return BigInt(at);
  return -1n;
}

function lastIndexOf(text: unknown, part: unknown, from?: unknown): unknown {
  const chars = charsOf(text);
  const wanted = charsOf(part);
  if (part === '') return from ?? BigInt(chars.length);
  if (from === undefined && chars.length < wanted.length) return -1n;
  const start = from === undefined ? chars.length - 1 : Number(from);
  if (start < 0 || start >= chars.length) return outOfRange(start);
  for (let at = Math.min(start, chars.length - wanted.length); at >= 0; at--) {
    if (matchesAt(chars, wanted, at)) return BigInt(at);
  }
  return -1n;
}

function substring(text: unknown, from: unknown, to?: unknown): unknown {
  const chars = charsOf(text);
  const start = Number(from);
  const end = to === undefined ? chars.length : Number(to);
  if (to !== undefined && start > end) return fail(`invalid substring range. start: ${start}, end: ${end}`);
  if (start < 0 || start > chars.length) return outOfRange(from);
  if (end < 0 || end > chars.length) return outOfRange(to);
  return chars.slice(start, end).join('');
}

function replace(text: unknown, from: unknown, to: unknown, limit: unknown = -1n): unknown {
  let rest = limit as bigint;
  if (rest < 0n) return (text as string).replaceAll(from as string, () => to as string);
  return (text as string).replaceAll(from as string, match => (rest-- > 0n ? (to as string) : match));
}

function split(text: unknown, separator: unknown, limit: unknown = -1n): unknown {
  const count = Number(limit);
  if (count === 0) return [];
  const parts = separator === '' ? [...charsOf(text)] : (text as string).split(separator as string);
  if (count < 0 || parts.length <= count) return parts;
  return [...parts.slice(0, count - 1), parts.slice(count - 1).join(separator as string)];
}

function mapAscii(text: unknown, range: RegExp, change: (char: string) => string): string {
  return (text as string).replace(range, change);
}

const quotes: Readonly<Record<string, string>> = {
  '\u0007': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
  '\\': '\\\\',
  '"': '\\"',
};

/** Go's words for what is no expression. */
function compileRegex(pattern: unknown): RE2JS | CelFailure {
  try {
    return RE2JS.compile(pattern as string);
  } catch (error) {
    return fail(error instanceof Error ? error.message : String(error));
  }
}

/** Whether a text is a regular expression as Go reads it. */
export function isRegex(pattern: string): boolean {
  return compileRegex(pattern) instanceof RE2JS;
}

function matches(text: unknown, pattern: unknown): unknown {
  const regex = compileRegex(pattern);
  return regex instanceof CelFailure ? regex : regex.test(text as string);
}

function find(text: unknown, pattern: unknown): unknown {
  const found = findAll(text, pattern, 1n);
  return Array.isArray(found) ? (found[0] ?? '') : found;
}

function findAll(text: unknown, pattern: unknown, limit: unknown = -1n): unknown {
  const regex = compileRegex(pattern);
  if (regex instanceof CelFailure) return fail(`Illegal regex: ${regex.message}`);
  const matcher = regex.matcher(text as string);
  const found: string[] = [];
  const max = Number(limit);
  while ((max < 0 || found.length < max) && matcher.find()) found.push(matcher.group() ?? '');
  return found;
}

/** The language's own functions of texts, cel-go's string extension (version 2), and Kubernetes' regular expressions. */
export const strings: Functions = {
  contains: (text, part) => (text as string).includes(part as string),
  startsWith: (text, part) => (text as string).startsWith(part as string),
  endsWith: (text, part) => (text as string).endsWith(part as string),
  matches,
  charAt,
  lowerAscii: text => mapAscii(text, /[A-Z]/g, char => char.toLowerCase()),
  upperAscii: text => mapAscii(text, /[a-z]/g, char => char.toUpperCase()),
  replace,
  split,
  substring,
  trim: text => (text as string).trim(),
  format: (template, values) => formatTemplate(template as string, itemsOf(values)),
  'strings.quote': text =>
    `"${charsOf(text)
      .map(char => quotes[char] ?? char)
      .join('')}"`,
  join: (list, separator = '') => itemsOf(list).join(separator as string),
  find,
  findAll,
};

/** Of texts; lists have functions of these names, too. */
export const textSearch = { indexOf, lastIndexOf };
