import { type Decoded, locate } from './decoded.ts';
import { JsonScanner, JsonSyntaxProblem } from './json-scanner.ts';
import { findTooDeep } from './nesting.ts';

/**
 * Reads a JSON body. The problem of a malformed one is Go's text followed by the place:
 * `invalid character '}' looking for beginning of value (line 3, column 14)`.
 */
export function decodeJson(text: string): Decoded {
  const tooDeep = findTooDeep(text);
  if (tooDeep >= 0) return refuse(text, 'exceeded max depth', tooDeep);
  try {
    return { value: loneSurrogate.test(text) ? JSON.parse(text, toWellFormed) : JSON.parse(text) };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return explain(text, error);
  }
}

/** Perhaps half of a surrogate pair alone; whole pairs may be escaped as well. */
const loneSurrogate = /\\u[dD][89a-fA-F]/;

/** Kubernetes: what is no character is read as the replacement character, which can be written again. */
function toWellFormed(_key: string, value: unknown): unknown {
  if (typeof value === 'string') return value.toWellFormed();
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const isGood = Object.keys(value).every(key => key.isWellFormed());
  return isGood ? value : Object.fromEntries(Object.entries(value).map(([key, inner]) => [key.toWellFormed(), inner]));
}

function explain(text: string, error: SyntaxError): Decoded {
  try {
    new JsonScanner(text).scan();
  } catch (problem) {
    if (!(problem instanceof JsonSyntaxProblem)) throw problem;
    return refuse(text, problem.message, problem.offset);
  }
  throw new Error(`JSON.parse refuses what the scanner accepts: ${error.message}`);
}

function refuse(text: string, why: string, offset: number): Decoded {
  const { line, column } = locate(text, offset);
  return { problem: `${why} (line ${line}, column ${column})`, line, column };
}

const keyApart = /"[ \t\r\n]+:/;

/**
 * Paths of the fields that occur twice in a JSON text (`spec.ports[0].name`), which `JSON.parse` merges silently.
 * `value` is what the text was parsed to: when it has as many keys as the text has `":`, there can be none, and the text
 * need not be scanned.
 */
export function findDuplicateFields(text: string, value: unknown): DuplicateFields {
  if (countKeys(value) === countColons(text) && !keyApart.test(text)) return noDuplicates;
  const scanner = new JsonScanner(text);
  scanner.scan();
  return { paths: scanner.duplicates, placeOf: path => scanner.places.get(path) ?? 0 };
}

export interface DuplicateFields {
  readonly paths: readonly string[];
  /** Where in the text a decoder comes upon a field, or upon it again: the order in which it reports. */
  placeOf(path: string): number;
}

const noDuplicates: DuplicateFields = { paths: [], placeOf: () => 0 };

function countColons(text: string): number {
  let count = 0;
  for (let at = text.indexOf('":'); at >= 0; at = text.indexOf('":', at + 2)) count++;
  return count;
}

function countKeys(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  let count = 0;
  if (Array.isArray(value)) {
    for (const item of value) count += countKeys(item);
    return count;
  }
  for (const key in value) count += 1 + countKeys((value as Record<string, unknown>)[key]);
  return count;
}
