import type { CelKind } from '../language/cel-type.ts';
import type { Checked } from '../language/checker.ts';
import type { Call, Expression } from '../language/expression.ts';
import type { Issue } from '../language/issues.ts';

interface Clause {
  readonly kinds: readonly CelKind[];
  readonly problem: string;
}

const texts: Clause = {
  kinds: ['list', 'map', 'int', 'uint', 'double', 'bool', 'string', 'timestamp', 'bytes', 'duration', 'type', 'null'],
  problem:
    'string clause can only be used on strings, bools, bytes, ints, doubles, maps, lists, types, durations, and timestamps',
};

const clauses: Readonly<Record<string, Clause>> = {
  s: texts,
  d: { kinds: ['int', 'uint'], problem: 'decimal clause can only be used on integers' },
  f: { kinds: ['double', 'string'], problem: 'fixed-point clause can only be used on doubles' },
  e: { kinds: ['double', 'string'], problem: 'scientific clause can only be used on doubles' },
  b: { kinds: ['int', 'uint', 'bool'], problem: 'only integers and bools can be formatted as binary' },
  o: { kinds: ['int', 'uint'], problem: 'octal clause can only be used on integers' },
  x: {
    kinds: ['int', 'uint', 'string', 'bytes'],
    problem: 'only integers, byte buffers, and strings can be formatted as hex',
  },
};

/** Whether a literal template fits the literal list that it is given. Kubernetes: cel-go's `stringFormatValidator`. */
export function checkTemplate({ at, target, args }: Call, checked: Checked): readonly Issue[] {
  const [list] = args;
  if (target?.kind !== 'literal' || typeof target.value !== 'string' || list?.kind !== 'list') return [];
  let used = 0;
  for (const [whole, letter = ''] of target.value.matchAll(/%(?:%|(?:\.\d+)?([\s\S])?)/g)) {
    if (whole === '%%') continue;
    if (letter === '') return [{ at, message: 'unexpected end of string' }];
    const item = list.items[used];
    if (item === undefined) return [{ at, message: `index ${used} out of range` }];
    used++;
    const issue = checkClause(letter, item, checked, at);
    if (issue !== undefined) return [issue];
  }
  if (list.items.length <= used) return [];
  const message = `too many arguments supplied to string.format (expected ${used}, got ${list.items.length})`;
  return [{ at, message }];
}

function checkClause(letter: string, item: Expression, checked: Checked, at: number): Issue | undefined {
  const clause = clauses[letter === 'X' ? 'x' : letter];
  if (clause === undefined) {
    const message = `could not parse formatting clause: unrecognized formatting clause "${letter}"`;
    return { at, message };
  }
  const type = checked.typeOf(item);
  if (type.kind === 'dyn' || clause.kinds.includes(type.kind)) return undefined;
  return { at: item.at, message: `error during formatting: ${clause.problem}, was given ${type.name}` };
}
