import { isDeepEqual, isJsonObject, ownField } from '../json/index.ts';
import type { Parsed } from '../selector/parsed.ts';
import { attempt, type PatchOutcome, PatchProblem } from './patch-problem.ts';

export interface JsonPatchOperation {
  readonly op: string;
  readonly path: string;
  readonly from?: string | undefined;
  readonly value?: unknown;
}

/** Kubernetes: more operations than this in one patch are refused with 413. */
export const jsonPatchOperationsMax = 10_000;

/** The operations of a decoded body. The problem is a 400. */
export function readJsonPatch(body: unknown): Parsed<readonly JsonPatchOperation[]> {
  if (!Array.isArray(body)) {
    return { problem: `json: cannot unmarshal ${describeJson(body)} into Go value of type jsonpatch.Patch` };
  }
  for (const operation of body) {
    if (isJsonObject(operation)) continue;
    return { problem: `json: cannot unmarshal ${describeJson(operation)} into Go value of type jsonpatch.Operation` };
  }
  return { value: body as JsonPatchOperation[] };
}

function describeJson(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'boolean') return 'bool';
  return value === null ? 'null' : typeof value;
}

/**
 * RFC 6902, with the habits and texts of the library that upstream uses: replacing an absent field of an object sets it.
 * The problem is a 422. Parts that do not change are shared.
 */
export function applyJsonPatch(target: unknown, operations: readonly JsonPatchOperation[]): PatchOutcome {
  return attempt(() => operations.reduce(applyOperation, target));
}

function applyOperation(document: unknown, operation: JsonPatchOperation): unknown {
  switch (operation.op) {
    case 'add':
      return addAt(document, pathOf(operation, 'add'), operation.value ?? null);
    case 'remove':
      return removeAt(document, pathOf(operation, 'remove'), 'remove');
    case 'replace':
      return replaceAt(document, pathOf(operation, 'replace'), operation.value ?? null);
    case 'move':
      return move(document, fromOf(operation, 'move'), pathOf(operation, 'move'));
    case 'test':
      return test(document, pathOf(operation, 'test'), operation.value);
    case 'copy':
      return copy(document, fromOf(operation, 'copy'), pathOf(operation, 'copy'));
    default:
      throw new PatchProblem(`Unexpected kind: ${operation.op ?? 'unknown'}`);
  }
}

function pathOf(operation: JsonPatchOperation, op: string): string {
  if (typeof operation.path === 'string') return operation.path;
  throw new PatchProblem(`${op} operation failed to decode path: missing value`);
}

function fromOf(operation: JsonPatchOperation, op: string): string {
  if (typeof operation.from === 'string') return operation.from;
  throw new PatchProblem(`${op} operation failed to decode from: missing value`);
}

/** The steps of a JSON pointer; undefined for the whole document or a pointer without a leading slash. */
function steps(path: string): readonly string[] | undefined {
  const parts = path.split('/');
  return parts.length < 2 ? undefined : parts.slice(1).map(part => part.replace(/~1/g, '/').replace(/~0/g, '~'));
}

type Container = readonly unknown[] | { readonly [key: string]: unknown };

function asContainer(value: unknown): Container | undefined {
  return Array.isArray(value) || isJsonObject(value) ? (value as Container) : undefined;
}

/** The value at a step; undefined when it is not there. Throws for a bad index. */
function child(container: Container, key: string): unknown {
  if (!Array.isArray(container)) return ownField(container as { [key: string]: unknown }, key);
  return container[indexIn(container.length, key)];
}

function indexIn(length: number, key: string): number {
  if (!/^[+-]?[0-9]+$/.test(key))
    throw new PatchProblem(`strconv.Atoi: parsing ${JSON.stringify(key)}: invalid syntax`);
  const index = Number(key);
  const place = index < 0 ? index + length : index;
  if (place < 0 || place >= length) {
    throw new PatchProblem(`Unable to access invalid index: ${index}: invalid index referenced`);
  }
  return place;
}

/** Walks to the parent of a path; undefined when there is none. */
function findParent(document: unknown, parts: readonly string[]): Container | undefined {
  let container = asContainer(document);
  for (const part of parts.slice(0, -1)) {
    if (container === undefined) return undefined;
    try {
      container = asContainer(child(container, part));
    } catch (error) {
      if (error instanceof PatchProblem) return undefined;
      throw error;
    }
  }
  return container;
}

/** A copy of the document in which the parent of a path is replaced. */
function rebuild(document: unknown, parts: readonly string[], change: (parent: Container) => unknown): unknown {
  if (parts.length === 1) return change(document as Container);
  const container = document as Container;
  const [step, ...rest] = parts as [string, ...string[]];
  if (Array.isArray(container)) {
    const index = indexIn(container.length, step);
    return container.with(index, rebuild(container[index], rest, change));
  }
  const object = container as { [key: string]: unknown };
  return { ...object, [step]: rebuild(object[step], rest, change) };
}

function addAt(document: unknown, path: string, value: unknown): unknown {
  const parts = steps(path);
  if (parts === undefined || findParent(document, parts) === undefined) {
    throw new PatchProblem(`add operation does not apply: doc is missing path: "${path}": missing value`);
  }
  return explain('add', path, () => rebuild(document, parts, parent => insert(parent, parts.at(-1)!, value)));
}

function explain(what: string, path: string, run: () => unknown, whose = 'path'): unknown {
  try {
    return run();
  } catch (error) {
    if (error instanceof PatchProblem)
      throw new PatchProblem(`error in ${what} for ${whose}: '${path}': ${error.message}`);
    throw error;
  }
}

function insert(parent: Container, key: string, value: unknown): unknown {
  if (!Array.isArray(parent)) return { ...parent, [key]: value };
  if (key === '-') return [...parent, value];
  if (!/^[+-]?[0-9]+$/.test(key)) {
    throw new PatchProblem(
      `value was not a proper array index: '${key}': strconv.Atoi: parsing ${JSON.stringify(key)}: invalid syntax`,
    );
  }
  return parent.toSpliced(indexIn(parent.length + 1, key), 0, value);
}

function removeAt(document: unknown, path: string, what: string): unknown {
  const parts = steps(path);
  if (parts === undefined || findParent(document, parts) === undefined) {
    throw new PatchProblem(`remove operation does not apply: doc is missing path: "${path}": missing value`);
  }
  return explain(what, path, () => rebuild(document, parts, parent => removeKey(parent, parts.at(-1)!)));
}

function removeKey(parent: Container, key: string): unknown {
  if (Array.isArray(parent)) return parent.toSpliced(indexIn(parent.length, key), 1);
  const { [key]: gone, ...rest } = parent as { [key: string]: unknown };
  if (gone === undefined || typeof gone === 'function')
    throw new PatchProblem(`Unable to remove nonexistent key: ${key}: missing value`);
  return rest;
}

function replaceAt(document: unknown, path: string, value: unknown): unknown {
  if (path === '') {
    if (asContainer(value) === undefined) {
      throw new PatchProblem('replace operation value must be object or array: %!w(<nil>)');
    }
    return value;
  }
  const parts = steps(path);
  const parent = parts === undefined ? undefined : findParent(document, parts);
  if (parts === undefined || parent === undefined) {
    throw new PatchProblem(`replace operation does not apply: doc is missing path: ${path}: missing value`);
  }
  const key = parts.at(-1)!;
  if (Array.isArray(parent)) {
    try {
      indexIn(parent.length, key);
    } catch (error) {
      if (!(error instanceof PatchProblem)) throw error;
      throw new PatchProblem(`replace operation does not apply: doc is missing key: ${path}: missing value`);
    }
  }
  return rebuild(document, parts, container =>
    Array.isArray(container) ? container.with(indexIn(container.length, key), value) : { ...container, [key]: value },
  );
}

function valueAt(document: unknown, path: string, missing: string, what: string): unknown {
  const parts = steps(path);
  const parent = parts === undefined ? undefined : findParent(document, parts);
  if (parts === undefined || parent === undefined) throw new PatchProblem(`${missing}: ${path}: missing value`);
  const key = parts.at(-1)!;
  return explain(what, what === 'move' ? key : path, () => child(parent, key), what === 'copy' ? 'from' : 'path');
}

function move(document: unknown, from: string, path: string): unknown {
  const value = valueAt(document, from, 'move operation does not apply: doc is missing from path', 'move');
  const parts = steps(from)!;
  const key = parts.at(-1)!;
  const without = explain('move', key, () => rebuild(document, parts, parent => removeKey(parent, key)));
  return insertAt(without, path, value, 'move');
}

function insertAt(document: unknown, path: string, value: unknown, what: 'move' | 'copy'): unknown {
  const parts = steps(path);
  if (parts === undefined || findParent(document, parts) === undefined) {
    throw new PatchProblem(`${what} operation does not apply: doc is missing destination path: ${path}: missing value`);
  }
  const run = (): unknown => rebuild(document, parts, parent => insert(parent, parts.at(-1)!, value ?? null));
  if (what === 'move') return explain('move', path, run);
  try {
    return run();
  } catch (error) {
    if (error instanceof PatchProblem) throw new PatchProblem(`error while adding value during copy: ${error.message}`);
    throw error;
  }
}

function copy(document: unknown, from: string, path: string): unknown {
  const value = valueAt(document, from, 'copy operation does not apply: doc is missing from path', 'copy');
  return insertAt(document, path, value, 'copy');
}

function test(document: unknown, path: string, expected: unknown): unknown {
  const actual =
    path === '' ? document : valueAt(document, path, 'test operation does not apply: is missing path', 'test');
  if (isDeepEqual(actual ?? null, expected ?? null)) return document;
  throw new PatchProblem(`testing value ${path} failed: test failed`);
}
