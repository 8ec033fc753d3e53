/**
 * The JSONPath of printer columns and selectable fields: `.status.conditions[?(@.type=="Ready")].status`. Absent fields
 * give no results. Kubernetes: `k8s.io/client-go/util/jsonpath`, without what only templates need (ranges, literals).
 */
export type JsonPath = readonly Step[];

type Step =
  | { readonly step: 'field'; readonly name: string }
  | { readonly step: 'all' }
  | { readonly step: 'descend' }
  | {
      readonly step: 'slice';
      readonly from?: number | undefined;
      readonly to?: number | undefined;
      readonly by: number;
    }
  | { readonly step: 'union'; readonly names: readonly string[] }
  | { readonly step: 'filter'; readonly left: Operand; readonly operator: string; readonly right: Operand | undefined };

type Operand = { readonly path: JsonPath } | { readonly literal: unknown };

/** Undefined when the text is no path. */
export function parseJsonPath(text: string): JsonPath | undefined {
  const reader = new PathReader(text);
  return reader.readPath();
}

/** All values that the path leads to. */
export function findByPath(path: JsonPath, value: unknown): readonly unknown[] {
  let found: readonly unknown[] = [value];
  for (const step of path) found = found.flatMap(item => takeStep(step, item));
  return found;
}

function takeStep(step: Step, value: unknown): readonly unknown[] {
  switch (step.step) {
    case 'field':
      return fieldOf(value, step.name);
    case 'all':
      return childrenOf(value);
    case 'descend':
      return [value, ...descendantsOf(value)];
    case 'slice':
      return Array.isArray(value) ? slice(value, step) : [];
    case 'union':
      return step.names.flatMap(name => fieldOf(value, name));
    case 'filter':
      return childrenOf(value).filter(item => holds(step, item));
  }
}

function fieldOf(value: unknown, name: string): readonly unknown[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [];
  const field = (value as Readonly<Record<string, unknown>>)[name];
  return field === undefined ? [] : [field];
}

function childrenOf(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  return typeof value === 'object' && value !== null ? Object.values(value) : [];
}

function descendantsOf(value: unknown): readonly unknown[] {
  return childrenOf(value).flatMap(child => [child, ...descendantsOf(child)]);
}

function slice(list: readonly unknown[], step: Extract<Step, { step: 'slice' }>): readonly unknown[] {
  const at = (index: number): number => (index < 0 ? list.length + index : index);
  const from = Math.max(0, at(step.from ?? 0));
  const to = Math.min(list.length, step.to === undefined ? list.length : at(step.to));
  const out: unknown[] = [];
  for (let i = from; i < to; i += step.by) out.push(list[i]);
  return out;
}

function holds(filter: Extract<Step, { step: 'filter' }>, item: unknown): boolean {
  const left = evaluate(filter.left, item);
  if (filter.right === undefined) return left !== undefined;
  const right = evaluate(filter.right, item);
  if (left === undefined || right === undefined) return false;
  switch (filter.operator) {
    case '==':
      return left === right;
    case '!=':
      return left !== right;
    default:
      return compares(left, filter.operator, right);
  }
}

function compares(left: unknown, operator: string, right: unknown): boolean {
  if (typeof left !== typeof right || (typeof left !== 'number' && typeof left !== 'string')) return false;
  const one = left as number;
  const other = right as number;
  if (operator === '<') return one < other;
  if (operator === '<=') return one <= other;
  return operator === '>' ? one > other : one >= other;
}

function evaluate(operand: Operand, item: unknown): unknown {
  return 'literal' in operand ? operand.literal : findByPath(operand.path, item)[0];
}

/** Reads a path from left to right; any surprise makes it none. */
class PathReader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text.trim().replace(/^\$/, '');
  }

  readPath(): JsonPath | undefined {
    const steps: Step[] = [];
    while (this.#at < this.#text.length) {
      const step = this.#readStep();
      if (step === undefined) return undefined;
      steps.push(...step);
    }
    return steps;
  }

  #readStep(): readonly Step[] | undefined {
    if (this.#take('..')) {
      const next = this.#peek() === '[' ? [] : this.#readName();
      return next === undefined ? undefined : [{ step: 'descend' }, ...next];
    }
    if (this.#take('.')) return this.#peek() === '' || this.#peek() === '[' ? [] : this.#readName();
    if (this.#take('[')) return this.#readBracket();
    return this.#at === 0 ? this.#readName() : undefined;
  }

  #readName(): readonly Step[] | undefined {
    if (this.#take('*')) return [{ step: 'all' }];
    let name = '';
    while (this.#at < this.#text.length && !'.[]'.includes(this.#peek())) {
      // A backslash keeps a dot in a name: `.metadata.labels.app\.kubernetes\.io/name`.
      if (this.#peek() === '\\') this.#at++;
      name += this.#peek();
      this.#at++;
    }
    return name === '' ? undefined : [{ step: 'field', name }];
  }

  #readBracket(): readonly Step[] | undefined {
    if (this.#take('*]')) return [{ step: 'all' }];
    if (this.#take('?(')) return this.#readFilter();
    const end = this.#closing();
    if (end < 0) return undefined;
    const inner = this.#text.slice(this.#at, end);
    this.#at = end + 1;
    return quotedNames(inner) ?? indexes(inner);
  }

  /** Where the bracket ends that is open, quotes aside. */
  #closing(): number {
    let quote = '';
    for (let i = this.#at; i < this.#text.length; i++) {
      const char = this.#text[i]!;
      if (quote !== '') quote = char === quote ? '' : quote;
      else if (char === "'" || char === '"') quote = char;
      else if (char === ']') return i;
    }
    return -1;
  }

  #readFilter(): readonly Step[] | undefined {
    const end = this.#text.indexOf(')]', this.#at);
    if (end < 0) return undefined;
    const inner = this.#text.slice(this.#at, end);
    this.#at = end + 2;
    const match = /^\s*(.+?)\s*(?:(==|!=|<=|>=|<|>)\s*(.+?)\s*)?$/.exec(inner);
    const left = readOperand(match?.[1]);
    if (match === null || left === undefined) return undefined;
    if (match[2] === undefined) return [{ step: 'filter', left, operator: 'exists', right: undefined }];
    const right = readOperand(match[3]);
    return right === undefined ? undefined : [{ step: 'filter', left, operator: match[2], right }];
  }

  #peek(): string {
    return this.#text[this.#at] ?? '';
  }

  #take(text: string): boolean {
    if (!this.#text.startsWith(text, this.#at)) return false;
    this.#at += text.length;
    return true;
  }
}

function readOperand(text: string | undefined): Operand | undefined {
  if (text === undefined) return undefined;
  if (text.startsWith('@')) {
    const path = parseJsonPath(text.slice(1));
    return path === undefined ? undefined : { path };
  }
  const quoted = /^(['"])(.*)\1$/.exec(text);
  if (quoted !== null) return { literal: quoted[2]! };
  if (text === 'true' || text === 'false') return { literal: text === 'true' };
  const number = Number(text);
  return Number.isNaN(number) ? undefined : { literal: number };
}

function quotedNames(inner: string): readonly Step[] | undefined {
  if (!/^\s*['"]/.test(inner)) return undefined;
  const names = [...inner.matchAll(/(['"])((?:\\.|(?!\1).)*)\1/g)].map(match => match[2]!.replace(/\\(.)/g, '$1'));
  return [names.length === 1 ? { step: 'field', name: names[0]! } : { step: 'union', names }];
}

function indexes(inner: string): readonly Step[] | undefined {
  const single = /^\s*(-?\d+)\s*$/.exec(inner);
  if (single !== null) {
    const index = Number(single[1]);
    return [{ step: 'slice', from: index, to: index === -1 ? undefined : index + 1, by: 1 }];
  }
  const range = /^\s*(-?\d*)\s*:\s*(-?\d*)\s*(?::\s*(\d+)\s*)?$/.exec(inner);
  if (range === null) return undefined;
  const number = (text: string | undefined): number | undefined => (text ? Number(text) : undefined);
  return [{ step: 'slice', from: number(range[1]), to: number(range[2]), by: number(range[3]) ?? 1 }];
}
