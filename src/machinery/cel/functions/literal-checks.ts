import { type CelType, formatType, isOptionalType, isSameType } from '../language/cel-type.ts';
import type { Checked } from '../language/checker.ts';
import type { Expression, ListLiteral, MapLiteral } from '../language/expression.ts';
import type { Issue } from '../language/issues.ts';
import { readDuration } from './conversions.ts';
import { isRegex } from './strings.ts';
import { checkTemplate } from './template-checks.ts';
import { readTimestamp } from './times.ts';

/**
 * Literals that no evaluation could use. Kubernetes: cel-go's validators of durations, times, regular expressions,
 * templates, and of lists and maps, which are to be of one type unless a template takes them.
 */
export function checkLiterals(checked: Checked): readonly Issue[] {
  const issues: Issue[] = [];
  visit(checked.expression, checked, issues, false);
  return issues;
}

function visit(expression: Expression, checked: Checked, issues: Issue[], isFormatted: boolean): void {
  const isFormat = expression.kind === 'call' && expression.name === 'format';
  if (expression.kind === 'call') checkCall(expression.name, expression.target, expression.args, issues);
  if (isFormat) issues.push(...checkTemplate(expression, checked));
  if (expression.kind === 'list' && !isFormatted) checkItems(expression, checked, issues);
  if (expression.kind === 'map' && !isFormatted) checkEntries(expression, checked, issues);
  for (const child of childrenOf(expression)) visit(child, checked, issues, isFormatted || isFormat);
}

function checkItems({ items, optional }: ListLiteral, checked: Checked, issues: Issue[]): void {
  const types = items.map((item, index) => unwrap(checked.typeOf(item), optional.has(index)));
  const wrong = types.findIndex(type => !isEquivalent(types[0]!, type));
  if (wrong >= 0) issues.push(mismatch(items[wrong]!, types[0]!, types[wrong]!));
}

function checkEntries({ entries }: MapLiteral, checked: Checked, issues: Issue[]): void {
  const [first, ...rest] = entries;
  if (first === undefined) return;
  const keyType = checked.typeOf(first.key);
  const valueType = unwrap(checked.typeOf(first.value), first.isOptional);
  for (const { key, value, isOptional } of rest) {
    const [ofKey, ofValue] = [checked.typeOf(key), unwrap(checked.typeOf(value), isOptional)];
    if (!isEquivalent(keyType, ofKey)) issues.push(mismatch(key, keyType, ofKey));
    if (!isEquivalent(valueType, ofValue)) issues.push(mismatch(value, valueType, ofValue));
  }
}

function unwrap(type: CelType, isOptional: boolean): CelType {
  return isOptional && isOptionalType(type) ? type.params[0]! : type;
}

function isEquivalent(one: CelType, other: CelType): boolean {
  return isSameType(one, other);
}

function mismatch({ at }: Expression, expected: CelType, found: CelType): Issue {
  return { at, message: `expected type '${formatType(expected)}' but found '${formatType(found)}'` };
}

function checkCall(name: string, target: Expression | undefined, args: readonly Expression[], issues: Issue[]): void {
  const [first] = args;
  if (name === 'matches') {
    const pattern = target === undefined ? args[1] : first;
    if (isBroken(pattern, isRegex)) issues.push({ at: pattern!.at, message: 'invalid matches argument' });
  } else if (target === undefined && name === 'duration') {
    if (isBroken(first, text => readDuration(text) !== undefined)) {
      issues.push({ at: first!.at, message: 'invalid duration argument' });
    }
  } else if (target === undefined && name === 'timestamp') {
    if (isBroken(first, text => readTimestamp(text) !== undefined)) {
      issues.push({ at: first!.at, message: 'invalid timestamp argument' });
    }
  }
}

function isBroken(expression: Expression | undefined, isValid: (text: string) => boolean): boolean {
  return expression?.kind === 'literal' && typeof expression.value === 'string' && !isValid(expression.value);
}

export function childrenOf(expression: Expression): readonly Expression[] {
  switch (expression.kind) {
    case 'selection':
      return [expression.operand];
    case 'call':
      return expression.target === undefined ? expression.args : [expression.target, ...expression.args];
    case 'list':
      return expression.items;
    case 'map':
      return expression.entries.flatMap(({ key, value }) => [key, value]);
    case 'object':
      return expression.fields.map(field => field.value);
    case 'comprehension': {
      const { range, initial, condition, step, result } = expression;
      return [range, initial, condition, step, result];
    }
    default:
      return [];
  }
}
