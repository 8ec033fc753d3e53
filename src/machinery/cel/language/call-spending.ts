import { regexLengthFactor, stringTraversalFactor } from './cost-range.ts';
import { sizeOf } from './sizes.ts';
import { CelKeyedList, CelObject, isMap } from './values.ts';

const nominal: ReadonlySet<string> = new Set(
  (
    'serviceAccount path group resource subresource namespace name allowed reason error errored masked prefixLength ' +
    'family isUnspecified isLoopback isLinkLocalMulticast isLinkLocalUnicast isGlobalUnicast sign asInteger isInteger ' +
    'asApproximateFloat isGreaterThan isLessThan compareTo add sub major minor patch getScheme getHostname getHost ' +
    'getPort getEscapedPath getQuery format.named'
  ).split(' '),
);

/** What a call has cost, given what it was called with. Kubernetes: `CostEstimator.CallCost` and cel-go's `costCall`. */
export function spendingOf(name: string, overload: string, args: readonly unknown[], result: unknown): number {
  if (nominal.has(name)) return 1;
  const traversal = (value: unknown, factor = 1): number => Math.ceil(sizeOf(value) * factor * stringTraversalFactor);
  switch (name) {
    case 'check':
      return 350_000;
    case 'isSorted':
    case 'sum':
    case 'max':
    case 'min':
    case 'indexOf':
    case 'lastIndexOf':
      return contentCost(args[0]);
    case 'url':
    case 'lowerAscii':
    case 'upperAscii':
    case 'substring':
    case 'trim':
    case 'cidr':
    case 'isIP':
    case 'isCIDR':
    case 'quantity':
    case 'isQuantity':
    case 'semver':
    case 'isSemver':
      return traversal(args[0]);
    case 'ip':
      return overload === 'cidr_ip' ? 1 : traversal(args[0]);
    case 'replace':
    case 'split':
    case 'ip.isCanonical':
      return traversal(args[0], 2);
    case 'join':
      return traversal(result, 2);
    case 'find':
    case 'findAll':
      return regexCost(args[0], sizeOf(args[1]));
    case 'validate':
      return regexCost(args[1], 128);
    case 'containsIP':
    case 'containsCIDR':
      return Math.ceil(16 * 2 * stringTraversalFactor) + 3 + traversal(args[1]);
    case 'cel.@mapInsert':
      return 1;
    default:
      return standardCost(overload, args, result);
  }
}

function standardCost(overload: string, args: readonly unknown[], result: unknown): number {
  const ofLists = listCost(overload, args, result);
  if (ofLists !== undefined) return ofLists;
  switch (overload) {
    case 'starts_with_string':
    case 'ends_with_string':
    case 'string_to_bytes':
    case 'bytes_to_string':
    case 'strings_quote':
    case 'string_format':
      return Math.ceil(sizeOf(args[0]) * stringTraversalFactor);
    case 'in_list':
      return sizeOf(args[1]);
    case 'add_string':
    case 'add_bytes':
      return Math.ceil((sizeOf(args[0]) + sizeOf(args[1])) * stringTraversalFactor);
    case 'matches_string':
      return regexCost(args[0], sizeOf(args[1]));
    case 'contains_string':
      return Math.ceil(sizeOf(args[0]) * stringTraversalFactor) * Math.ceil(sizeOf(args[1]) * stringTraversalFactor);
    case 'equals':
    case 'not_equals':
      if (args[0] instanceof CelObject) return 1;
      return smallerCost(args);
    default:
      return /^(?:less|greater)(?:_equals)?_(?:string|bytes)$/.test(overload) ? smallerCost(args) : 1;
  }
}

function smallerCost(args: readonly unknown[]): number {
  return Math.ceil(Math.min(sizeOf(args[0]), sizeOf(args[1])) * stringTraversalFactor);
}

/** An empty text still asks the whole expression. */
function regexCost(text: unknown, patternSize: number): number {
  return Math.ceil((1 + sizeOf(text)) * stringTraversalFactor) * Math.ceil(patternSize * regexLengthFactor);
}

function listCost(overload: string, args: readonly unknown[], result: unknown): number | undefined {
  const allocated = 11;
  const square = (value: unknown): number => sizeOf(value) ** 2;
  switch (overload) {
    case 'list_sets_contains_list':
    case 'list_sets_intersects_list':
      return 1 + sizeOf(args[0]) * sizeOf(args[1]);
    case 'list_sets_equivalent_list':
      return 1 + 2 * sizeOf(args[0]) * sizeOf(args[1]);
    case 'list_slice':
    case 'lists_range':
    case 'list_reverse':
      return sizeOf(result) + allocated;
    case 'list_flatten':
      return sizeOf(args[0]) + allocated;
    case 'list_flatten_int':
      return sizeOf(args[0]) * Number(args[1] as bigint) + allocated;
    case 'list_distinct':
      return 2 * square(args[0]) + allocated;
    default:
      return /_(?:sort|sortByAssociatedKeys)$/.test(overload) ? 2 * square(args.at(-1)) + allocated : undefined;
  }
}

/** One for each value, a tenth for each character. */
function contentCost(value: unknown): number {
  if (typeof value === 'string' || value instanceof Uint8Array) return Math.floor(value.length * stringTraversalFactor);
  if (Array.isArray(value)) return value.reduce<number>((sum, item) => sum + contentCost(item), 0);
  if (value instanceof CelKeyedList) return contentCost(value.items);
  if (!isMap(value)) return 1;
  return value.keys().reduce<number>((sum, key) => sum + contentCost(key) + contentCost(value.get(key)), 0);
}
