import { isSameType } from './cel-type.ts';
import { type Range, ranges, regexLengthFactor, stringTraversalFactor } from './cost-range.ts';
import type { CallEstimate, CostNode } from './estimate-cost.ts';

type SizeOf = (node: CostNode) => Range;

const nominal: ReadonlySet<string> = new Set(
  (
    'serviceAccount path group resource subresource namespace name allowed reason error errored masked prefixLength ' +
    'family isUnspecified isLoopback isLinkLocalMulticast isLinkLocalUnicast isGlobalUnicast sign asInteger isInteger ' +
    'asApproximateFloat isGreaterThan isLessThan compareTo add sub major minor patch getScheme getHostname getHost ' +
    'getPort getEscapedPath getQuery format.named'
  ).split(' '),
);

/** Kubernetes: `MaxNameFormatRegexSize`. */
const formatLengthMax = 128;

/**
 * What calls of library functions cost, by Kubernetes' own table and those of cel-go's list and set libraries; undefined
 * for functions that CEL itself knows the cost of. Kubernetes: `CostEstimator.EstimateCallCost`.
 */
export function callEstimateOf(
  name: string,
  overload: string,
  target: CostNode | undefined,
  args: readonly CostNode[],
  sizeOf: SizeOf,
): CallEstimate | undefined {
  const ofLists = listEstimateOf(overload, target, args, sizeOf);
  if (ofLists !== undefined) return ofLists;
  if (name === 'ip' && overload === 'cidr_ip') return { cost: ranges.one };
  if (nominal.has(name)) return { cost: ranges.one };
  const traversal = (size: Range, factor = 1): Range => ranges.scale(size, factor * stringTraversalFactor);
  switch (name) {
    case 'check':
      return { cost: ranges.fixed(350_000) };
    case 'isSorted':
    case 'sum':
    case 'max':
    case 'min':
    case 'indexOf':
    case 'lastIndexOf':
      return target === undefined ? undefined : { cost: comparisonCost(target, sizeOf) };
    case 'url': {
      const size = sizeOf(args[0]!);
      return { cost: traversal(size), resultSize: size };
    }
    case 'lowerAscii':
    case 'upperAscii':
    case 'substring':
    case 'trim': {
      if (target === undefined) return undefined;
      const size = sizeOf(target);
      return { cost: traversal(size), resultSize: size };
    }
    case 'replace':
      return replaceEstimate(sizeOf(target!), sizeOf(args[0]!), sizeOf(args[1]!));
    case 'split': {
      const size = sizeOf(target!);
      const limit = args[1]?.expression;
      const max = limit?.kind === 'literal' && typeof limit.value === 'bigint' ? Number(limit.value) : size.max;
      return { cost: traversal(size, 2), resultSize: { min: 0, max: max < 0 ? Number.POSITIVE_INFINITY : max } };
    }
    case 'join':
      return joinEstimate(target!, args[0], sizeOf);
    case 'find':
    case 'findAll': {
      const size = sizeOf(target!);
      const text = traversal(ranges.add(size, ranges.one));
      const pattern = ranges.scale(sizeOf(args[0]!), regexLengthFactor);
      return { cost: ranges.multiply(text, pattern), resultSize: { min: 0, max: size.max } };
    }
    case 'cidr':
    case 'isIP':
    case 'isCIDR':
    case 'ip':
    case 'quantity':
    case 'isQuantity':
    case 'semver':
    case 'isSemver':
      return { cost: traversal(sizeOf(args[0]!)) };
    case 'ip.isCanonical':
      return { cost: traversal(sizeOf(args[0]!), 2) };
    case 'containsIP':
    case 'containsCIDR':
      return { cost: containmentCost(name, overload, args[0]!, sizeOf) };
    case 'validate': {
      const cost = ranges.scale(traversal(sizeOf(args[0]!)), formatLengthMax * regexLengthFactor);
      return { cost };
    }
    case '_==_':
      return equalityEstimate(args[0]!, args[1]!);
    default:
      return undefined;
  }
}

/** Of each item with another, texts as a whole. */
function comparisonCost(target: CostNode, sizeOf: SizeOf): Range {
  const items = itemsNode(target);
  if (items === undefined) return ranges.scale(sizeOf(target), stringTraversalFactor);
  const isText = items.type.kind === 'string' || items.type.kind === 'bytes';
  const each = isText ? ranges.add(ranges.one, ranges.scale(sizeOf(items), stringTraversalFactor)) : ranges.one;
  return ranges.multiply(sizeOf(target), each);
}

function itemsNode({ type, path }: CostNode): CostNode | undefined {
  const [items] = type.params;
  if (items === undefined) return undefined;
  return { path: path.length === 0 ? [] : [...path, '@items'], type: items, expression: undefined, size: undefined };
}

function replaceEstimate(text: Range, from: Range, to: Range): CallEstimate {
  let countMax = 0;
  let keptMax = 0;
  if (from.min === 0) {
    countMax = text.max + 1;
    keptMax = text.max;
  } else if (to.max <= from.min) keptMax = text.max;
  else countMax = Math.ceil(text.max / from.min);
  let countMin = 0;
  let keptMin = 0;
  if (from.max === 0) {
    countMin = text.min + 1;
    keptMin = text.min;
  } else if (from.max <= to.min) keptMin = text.min;
  else countMin = Math.ceil(text.min / from.max);
  const replaced = ranges.multiply({ min: countMin, max: countMax }, to);
  return {
    cost: ranges.scale(text, 2 * stringTraversalFactor),
    resultSize: ranges.add(replaced, { min: keptMin, max: keptMax }),
  };
}

function joinEstimate(target: CostNode, separator: CostNode | undefined, sizeOf: SizeOf): CallEstimate {
  const count = sizeOf(target);
  const items = itemsNode(target);
  let size: Range = items === undefined ? ranges.zero : ranges.multiply(count, sizeOf(items));
  if (separator !== undefined) {
    const gaps = { min: Math.max(count.min - 1, 0), max: Math.max(count.max - 1, 0) };
    size = ranges.add(size, ranges.multiply(sizeOf(separator), gaps));
  }
  return { cost: ranges.scale(size, stringTraversalFactor), resultSize: size };
}

/** Addresses have 4 or 16 bytes. */
function containmentCost(name: string, overload: string, other: CostNode, sizeOf: SizeOf): Range {
  const bytes = { min: 4, max: 16 };
  let cost = ranges.scale(ranges.add(bytes, bytes), stringTraversalFactor);
  if (name === 'containsCIDR') {
    cost = ranges.add(ranges.add(cost, ranges.scale(bytes, stringTraversalFactor)), ranges.one);
  }
  return overload.endsWith('_string') ? ranges.add(cost, ranges.scale(sizeOf(other), stringTraversalFactor)) : cost;
}

const cheapToCompare: ReadonlySet<string> = new Set(['net.IP', 'net.CIDR', 'kubernetes.Quantity', 'kubernetes.Semver']);

function equalityEstimate(left: CostNode, right: CostNode): CallEstimate | undefined {
  if (!isSameType(left.type, right.type)) return undefined;
  const { name } = left.type;
  if (cheapToCompare.has(name)) return { cost: ranges.one };
  if (name === 'kubernetes.NamedFormat') return { cost: ranges.scale({ min: 1, max: 64 }, stringTraversalFactor) };
  if (name !== 'kubernetes.URL') return undefined;
  return { cost: ranges.scale({ min: 1, max: right.size?.max ?? 1 }, stringTraversalFactor) };
}

/** cel-go's `ext.Lists` (version 3) and `ext.Sets`. */
function listEstimateOf(
  overload: string,
  target: CostNode | undefined,
  args: readonly CostNode[],
  sizeOf: SizeOf,
): CallEstimate | undefined {
  const allocating = (factor: number, size: Range): CallEstimate => ({
    cost: ranges.add(ranges.scale(size, factor), ranges.fixed(11)),
    resultSize: size,
  });
  switch (overload) {
    case 'list_sets_contains_list':
    case 'list_sets_intersects_list':
    case 'list_sets_equivalent_list': {
      const size = ranges.multiply(sizeOf(args[0]!), sizeOf(args[1]!));
      const factor = overload === 'list_sets_equivalent_list' ? 2 : 1;
      return { cost: ranges.add(ranges.scale(size, factor), ranges.one) };
    }
    case 'list_slice': {
      const end = numberOf(args[1]!) ?? sizeOf(target!).max;
      return allocating(1, ranges.fixed(end - (numberOf(args[0]!) ?? 0)));
    }
    case 'lists_range':
      return allocating(1, ranges.fixed(numberOf(args[0]!) ?? Number.POSITIVE_INFINITY));
    case 'list_reverse':
      return allocating(1, sizeOf(target!));
    case 'list_flatten':
      return allocating(1, sizeOf(target!));
    case 'list_flatten_int':
      return allocating(numberOf(args[0]!) ?? Number.POSITIVE_INFINITY, sizeOf(target!));
    case 'list_distinct':
      return allocating(2, square(sizeOf(target!)));
    default:
      return sortEstimateOf(overload, target, args, sizeOf, allocating);
  }
}

function sortEstimateOf(
  overload: string,
  target: CostNode | undefined,
  args: readonly CostNode[],
  sizeOf: SizeOf,
  allocating: (factor: number, size: Range) => CallEstimate,
): CallEstimate | undefined {
  const match = /^list_(\w+?)_(sort|sortByAssociatedKeys)$/.exec(overload);
  if (match === null) return undefined;
  const keys = match[2] === 'sort' ? target! : args[0]!;
  const isText = match[1] === 'string' || match[1] === 'bytes';
  return allocating(isText ? 2 + stringTraversalFactor : 2, square(sizeOf(keys)));
}

function square(size: Range): Range {
  return ranges.multiply(size, size);
}

function numberOf({ expression }: CostNode): number | undefined {
  const isInt = expression?.kind === 'literal' && typeof expression.value === 'bigint';
  return isInt ? Number(expression.value as bigint) : undefined;
}
