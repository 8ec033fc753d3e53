import { celTypes } from './cel-type.ts';
import type { Expression, MapEntry, ObjectLiteral } from './expression.ts';
import type { Issue } from './issues.ts';
import { unquote, unquoteBytes } from './literals.ts';
import { expandMacro } from './macros.ts';
import { readTokens, type Token } from './tokens.ts';
import { CelUint } from './values.ts';

export interface Parsed {
  /** Undefined when there are issues. */
  readonly expression: Expression | undefined;
  readonly issues: readonly Issue[];
}

/** Kubernetes: cel-go's parser gives up on expressions that are nested more deeply. */
const maxDepth = 250;

const reserved: ReadonlySet<string> = new Set(
  'as break const continue else for function if import let loop package namespace return var void while'.split(' '),
);

/** What antlr says that an expression may begin with. */
const beginnings =
  "{'[', '{', '(', '.', '-', '!', 'true', 'false', 'null', NUM_FLOAT, NUM_INT, NUM_UINT, STRING, BYTES, IDENTIFIER}";

/** Ends parsing at the first syntax error: what follows would be guesses. */
class SyntaxStop extends Error {}

/** Reads an expression of CEL, macros expanded. */
export function parse(source: string): Parsed {
  const issues: Issue[] = [];
  const tokens = readTokens(source, issues);
  try {
    const expression = new Parser(tokens, issues).parse();
    return { expression: issues.length === 0 ? expression : undefined, issues };
  } catch (error) {
    if (!(error instanceof SyntaxStop)) throw error;
    return { expression: undefined, issues };
  }
}

class Parser {
  readonly #tokens: readonly Token[];
  readonly #issues: Issue[];
  #at = 0;
  #depth = 0;

  constructor(tokens: readonly Token[], issues: Issue[]) {
    this.#tokens = tokens;
    this.#issues = issues;
  }

  parse(): Expression {
    const expression = this.#expression();
    const token = this.#peek();
    if (token.kind === 'end') return expression;
    const isLast = this.#tokens[this.#at + 1]?.kind === 'end';
    this.#syntax(token, `${isLast ? 'extraneous' : 'mismatched'} input '${token.text}' expecting <EOF>`);
    throw new SyntaxStop();
  }

  #expression(): Expression {
    if (++this.#depth > maxDepth) {
      this.#issues.push({ at: 0, message: 'expression recursion limit exceeded: 250' });
      throw new SyntaxStop();
    }
    const condition = this.#or();
    const token = this.#peek();
    let expression = condition;
    if (this.#take('?')) {
      const positive = this.#or();
      this.#demand(':');
      expression = this.#call('_?_:_', token.at, [condition, positive, this.#expression()]);
    }
    this.#depth--;
    return expression;
  }

  #or(): Expression {
    return this.#chain(['||'], () => this.#and());
  }

  #and(): Expression {
    return this.#chain(['&&'], () => this.#relation());
  }

  #relation(): Expression {
    return this.#chain(['<', '<=', '>=', '>', '==', '!=', 'in'], () => this.#sum());
  }

  #sum(): Expression {
    return this.#chain(['+', '-'], () => this.#product());
  }

  #product(): Expression {
    return this.#chain(['*', '/', '%'], () => this.#unary());
  }

  #chain(operators: readonly string[], next: () => Expression): Expression {
    let left = next();
    for (;;) {
      const token = this.#peek();
      if ((token.kind !== 'operator' && token.kind !== 'keyword') || !operators.includes(token.text)) return left;
      this.#at++;
      left = this.#call(token.text === 'in' ? '@in' : `_${token.text}_`, token.at, [left, next()]);
    }
  }

  #unary(): Expression {
    const token = this.#peek();
    if (token.text === '!' && token.kind === 'operator') return this.#repeated('!', '!_', token);
    if (token.text !== '-' || token.kind !== 'operator') return this.#member(this.#primary());
    const next = this.#tokens[this.#at + 1];
    if (next?.kind !== 'int' && next?.kind !== 'float') return this.#repeated('-', '-_', token);
    this.#at += 2;
    return this.#member(this.#number(next, token));
  }

  #repeated(sign: string, name: string, first: Token): Expression {
    let count = 0;
    while (this.#take(sign)) count++;
    const operand = this.#member(this.#primary());
    return count % 2 === 0 ? operand : this.#call(name, first.at, [operand]);
  }

  #member(start: Expression): Expression {
    let expression = start;
    for (;;) {
      const token = this.#peek();
      if (token.kind !== 'operator') return expression;
      if (token.text === '.') expression = this.#selection(expression, token);
      else if (token.text === '[') {
        this.#at++;
        const isOptional = this.#take('?');
        const index = this.#expression();
        this.#demand(']');
        expression = this.#call(isOptional ? '_[?_]' : '_[_]', token.at, [expression, index]);
      } else return expression;
    }
  }

  #selection(operand: Expression, dot: Token): Expression {
    this.#at++;
    const isOptional = this.#take('?');
    const token = this.#next();
    if (token.kind !== 'identifier' && token.kind !== 'escaped') {
      const isKeyword = token.kind === 'keyword';
      const what = isKeyword
        ? `mismatched input '${token.text}' expecting IDENTIFIER`
        : `no viable alternative at input '.${token.kind === 'operator' ? token.text : ''}'`;
      this.#syntax(token, what);
      throw new SyntaxStop();
    }
    const field = token.kind === 'escaped' ? token.text.slice(1, -1) : token.text;
    if (isOptional) {
      const name: Expression = { kind: 'literal', at: token.at, value: field, type: celTypes.string };
      return { kind: 'call', at: dot.at, name: '_?._', target: undefined, args: [operand, name] };
    }
    const open = this.#peek();
    if (token.kind === 'identifier' && this.#take('(')) return this.#memberCall(field, open.at, operand);
    return { kind: 'selection', at: dot.at, operand, field, isTest: false };
  }

  #memberCall(name: string, at: number, target: Expression): Expression {
    return this.#expand(name, at, target, this.#arguments());
  }

  #primary(): Expression {
    const token = this.#next();
    switch (token.kind) {
      case 'int':
      case 'uint':
      case 'float':
        return this.#number(token, undefined);
      case 'string':
      case 'bytes':
        return this.#text(token);
      case 'keyword':
        if (token.text !== 'in') return keywordLiteral(token);
        break;
      case 'identifier':
        return this.#name(token, '');
      case 'operator':
        if (token.text === '(') {
          const inner = this.#expression();
          this.#demand(')');
          return inner;
        }
        if (token.text === '[') return this.#list(token);
        if (token.text === '{') return this.#map(token);
        if (token.text === '.' && this.#peek().kind === 'identifier') return this.#name(this.#next(), '.');
        break;
      default:
        break;
    }
    return this.#unexpected(token);
  }

  /** Antlr leaves out one token that is too much if an expression could begin after it. */
  #unexpected(token: Token): Expression {
    const next = this.#peek();
    const isExtra = token.kind !== 'end' && canBegin(next);
    this.#syntax(token, `${isExtra ? 'extraneous' : 'mismatched'} input '${token.text}' expecting ${beginnings}`);
    if (!isExtra) throw new SyntaxStop();
    return this.#primary();
  }

  #name(token: Token, dot: string): Expression {
    if (reserved.has(token.text)) {
      this.#issues.push({ at: token.at, message: `reserved identifier: ${token.text}` });
    }
    const open = this.#peek();
    if (this.#take('(')) return this.#expand(dot + token.text, open.at, undefined, this.#arguments());
    return this.#objectLiteral(dot + token.text) ?? { kind: 'identifier', at: token.at, name: dot + token.text };
  }

  /** `a.b.C{…}`: looked for ahead, because a brace cannot follow anything else. */
  #objectLiteral(first: string): ObjectLiteral | undefined {
    let name = first;
    let at = this.#at;
    while (this.#tokens[at]?.text === '.' && this.#tokens[at + 1]?.kind === 'identifier') {
      name += `.${this.#tokens[at + 1]!.text}`;
      at += 2;
    }
    const brace = this.#tokens[at];
    if (brace?.text !== '{' || brace.kind !== 'operator') return undefined;
    this.#at = at + 1;
    const fields: ObjectLiteral['fields'][number][] = [];
    while (!this.#take('}')) {
      const isOptional = this.#take('?');
      const field = this.#next();
      if (field.kind !== 'identifier' && field.kind !== 'escaped') this.#unexpected(field);
      const colon = this.#demand(':');
      const fieldName = field.kind === 'escaped' ? field.text.slice(1, -1) : field.text;
      fields.push({ at: colon.at, name: fieldName, value: this.#expression(), isOptional });
      if (!this.#take(',')) {
        this.#demand('}');
        break;
      }
    }
    return { kind: 'object', at: brace.at, name, fields };
  }

  #arguments(): readonly Expression[] {
    const args: Expression[] = [];
    if (this.#take(')')) return args;
    if (!canBegin(this.#peek())) throw this.#refuse(this.#peek(), beginnings.replace("'.'", "')', '.'"));
    do args.push(this.#expression());
    while (this.#take(','));
    this.#demand(')', ',');
    return args;
  }

  #list(open: Token): Expression {
    const items: Expression[] = [];
    const optional = new Set<number>();
    while (!this.#take(']')) {
      if (this.#take('?')) optional.add(items.length);
      items.push(this.#expression());
      if (!this.#take(',')) {
        this.#demand(']', ',');
        break;
      }
    }
    return { kind: 'list', at: open.at, items, optional };
  }

  #map(open: Token): Expression {
    const entries: MapEntry[] = [];
    while (!this.#take('}')) {
      const isOptional = this.#take('?');
      const key = this.#expression();
      this.#demand(':');
      entries.push({ key, value: this.#expression(), isOptional });
      if (!this.#take(',')) {
        this.#demand('}', ',');
        break;
      }
    }
    return { kind: 'map', at: open.at, entries };
  }

  #number(token: Token, sign: Token | undefined): Expression {
    const at = (sign ?? token).at;
    if (token.kind === 'float') {
      const value = Number(token.text) * (sign === undefined ? 1 : -1);
      return { kind: 'literal', at, value, type: celTypes.double };
    }
    if (token.kind === 'uint') {
      const value = BigInt(token.text.slice(0, -1));
      if (value >= 1n << 64n) this.#issues.push({ at, message: 'invalid uint literal' });
      return { kind: 'literal', at, value: new CelUint(value), type: celTypes.uint };
    }
    const value = BigInt(token.text) * (sign === undefined ? 1n : -1n);
    if (BigInt.asIntN(64, value) !== value) this.#issues.push({ at, message: 'invalid int literal' });
    return { kind: 'literal', at, value, type: celTypes.int };
  }

  #text(token: Token): Expression {
    const isBytes = token.kind === 'bytes';
    const value = isBytes ? unquoteBytes(token.text.slice(1)) : unquote(token.text);
    if (value === undefined) this.#issues.push({ at: token.at, message: 'unable to unescape string' });
    return { kind: 'literal', at: token.at, value: value ?? '', type: isBytes ? celTypes.bytes : celTypes.string };
  }

  #call(name: string, at: number, args: readonly Expression[]): Expression {
    return { kind: 'call', at, name, target: undefined, args };
  }

  #expand(name: string, at: number, target: Expression | undefined, args: readonly Expression[]): Expression {
    const expanded = expandMacro(name, at, target, args);
    if (expanded === undefined) return { kind: 'call', at, name, target, args };
    if (expanded.issue === undefined) return expanded.expression;
    this.#issues.push(expanded.issue);
    return { kind: 'literal', at, value: null, type: celTypes.null };
  }

  #peek(): Token {
    return this.#tokens[this.#at]!;
  }

  #next(): Token {
    const token = this.#peek();
    if (token.kind !== 'end') this.#at++;
    return token;
  }

  #take(text: string): boolean {
    const token = this.#peek();
    if (token.kind !== 'operator' || token.text !== text) return false;
    this.#at++;
    return true;
  }

  /** Antlr makes up a token that is missing if what stands there could follow it. */
  #demand(text: string, orElse?: string): Token {
    const token = this.#peek();
    if (this.#take(text)) return token;
    const canBeMissing = text === ':' ? canBegin(token) : orElse === undefined && token.kind !== 'identifier';
    if (!canBeMissing) throw this.#refuse(token, orElse === undefined ? `'${text}'` : `{'${text}', '${orElse}'}`);
    this.#syntax(token, `missing '${text}' at '${token.text}'`);
    return token;
  }

  #refuse(token: Token, expected: string): SyntaxStop {
    this.#syntax(token, `mismatched input '${token.text}' expecting ${expected}`);
    return new SyntaxStop();
  }

  #syntax(token: Token, message: string): void {
    this.#issues.push({ at: token.at, message: `Syntax error: ${message}` });
  }
}

function keywordLiteral({ text, at }: Token): Expression {
  if (text === 'null') return { kind: 'literal', at, value: null, type: celTypes.null };
  return { kind: 'literal', at, value: text === 'true', type: celTypes.bool };
}

function canBegin({ kind, text }: Token): boolean {
  if (kind === 'operator') return ['[', '{', '(', '.', '-', '!'].includes(text);
  return kind !== 'end' && text !== 'in';
}
