import { formatFieldError, formatFieldErrors } from '../field-error.ts';
import { type LabelMatcher, matchLabels } from './label-matcher.ts';
import { type LabelOperator, type LabelRequirement, validateKey, validateRequirement } from './label-requirement.ts';
import type { Parsed } from './parsed.ts';

/**
 * Parses the string form of a label selector: `a=b,c in (x,y),!d,e notin (z),f>1`. Problems are upstream's texts.
 * Kubernetes: `labels.Parse`.
 */
export function parseLabelSelector(text: string): Parsed<LabelMatcher> {
  try {
    return { value: matchLabels(new Parser(text).parse()) };
  } catch (error) {
    if (error instanceof SyntaxProblem) return { problem: error.message };
    throw error;
  }
}

/** Carries a problem out of the descent; never leaves this file. */
class SyntaxProblem extends Error {}

type TokenKind =
  | 'end'
  | 'identifier'
  | 'in'
  | 'notin'
  | ')'
  | '('
  | ','
  | '!'
  | '=='
  | '='
  | '!='
  | '>'
  | '<'
  | 'error';

interface Token {
  readonly kind: TokenKind;
  readonly text: string;
}

const symbolTexts: ReadonlySet<string> = new Set([')', ',', '!', '==', '=', '>', '<', '!=', '(']);
const operators: ReadonlyMap<TokenKind, LabelOperator> = new Map([
  ['in', 'in'],
  ['notin', 'notin'],
  ['=', '='],
  ['==', '=='],
  ['!=', '!='],
  ['>', 'gt'],
  ['<', 'lt'],
]);

function isSymbol(char: string): boolean {
  return char !== '' && '=!(),><'.includes(char);
}

function isSpace(char: string): boolean {
  return char === ' ' || char === '\t' || char === '\r' || char === '\n';
}

function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < text.length) {
    const char = text[at]!;
    if (isSpace(char)) {
      at++;
      continue;
    }
    const start = at;
    if (isSymbol(char)) {
      while (at < text.length && isSymbol(text[at]!)) {
        if (at > start && !symbolTexts.has(text.slice(start, at + 1))) break;
        at++;
      }
      const symbol = text.slice(start, at);
      tokens.push({ kind: symbol as TokenKind, text: symbol });
      continue;
    }
    while (at < text.length && !isSymbol(text[at]!) && !isSpace(text[at]!)) at++;
    const word = text.slice(start, at);
    tokens.push({ kind: word === 'in' || word === 'notin' ? word : 'identifier', text: word });
  }
  return tokens;
}

const end: Token = { kind: 'end', text: '' };

class Parser {
  private readonly tokens: readonly Token[];
  private position = 0;

  constructor(text: string) {
    this.tokens = tokenize(text);
  }

  parse(): LabelRequirement[] {
    const requirements: LabelRequirement[] = [];
    for (;;) {
      const token = this.peek();
      if (token.kind === 'end') return requirements;
      if (token.kind !== 'identifier' && token.kind !== '!') {
        throw new SyntaxProblem(`found '${token.text}', expected: !, identifier, or 'end of string'`);
      }
      requirements.push(this.parseTerm());
      const separator = this.take();
      if (separator.kind === 'end') return requirements;
      if (separator.kind !== ',') {
        throw new SyntaxProblem(`found '${separator.text}', expected: ',' or 'end of string'`);
      }
      const next = this.peek();
      if (next.kind !== 'identifier' && next.kind !== '!') {
        throw new SyntaxProblem(`found '${next.text}', expected: identifier after ','`);
      }
    }
  }

  private parseTerm(): LabelRequirement {
    try {
      return this.parseRequirement();
    } catch (error) {
      if (error instanceof SyntaxProblem) throw new SyntaxProblem(`unable to parse requirement: ${error.message}`);
      throw error;
    }
  }

  private parseRequirement(): LabelRequirement {
    let token = this.take();
    const isNegated = token.kind === '!';
    if (isNegated) token = this.take();
    if (token.kind !== 'identifier') throw new SyntaxProblem(`found '${token.text}', expected: identifier`);
    const key = token.text;
    for (const error of validateKey(key, '<nil>')) throw new SyntaxProblem(formatFieldError(error));
    const next = this.peek().kind;
    if (isNegated) return { key, operator: '!', values: [] };
    if (next === 'end' || next === ',') return { key, operator: 'exists', values: [] };
    const operator = this.parseOperator();
    const values = operator === 'in' || operator === 'notin' ? this.parseValues() : this.parseExactValue();
    return this.check({ key, operator, values: [...new Set(values)].sort() });
  }

  private check(requirement: LabelRequirement): LabelRequirement {
    const errors = validateRequirement(requirement, undefined);
    if (errors.length === 0) return requirement;
    throw new SyntaxProblem(formatFieldErrors(errors));
  }

  private parseOperator(): LabelOperator {
    const token = this.take('operator');
    const operator = operators.get(token.kind);
    if (operator !== undefined) return operator;
    throw new SyntaxProblem(`found '${token.text}', expected: in, notin, =, ==, !=, gt, lt`);
  }

  private parseValues(): string[] {
    const open = this.take();
    if (open.kind !== '(') throw new SyntaxProblem(`found '${open.text}' expected: '('`);
    const first = this.peek();
    if (first.kind === ')') {
      this.take();
      return [''];
    }
    if (first.kind !== 'identifier' && first.kind !== ',') {
      throw new SyntaxProblem(`found '${first.text}', expected: ',', ')' or identifier`);
    }
    const values = this.parseList();
    this.take();
    return values;
  }

  /** Ends before the closing parenthesis. Empty items are the empty value. */
  private parseList(): string[] {
    const values: string[] = [];
    for (;;) {
      const token = this.take();
      if (token.kind === 'identifier') {
        values.push(token.text);
        const next = this.peek();
        if (next.kind === ')') return values;
        if (next.kind !== ',') throw new SyntaxProblem(`found '${next.text}', expected: ',' or ')'`);
      } else if (token.kind === ',') {
        if (values.length === 0) values.push('');
        const next = this.peek().kind;
        if (next === ')' || next === ',') values.push('');
        if (next === ')') return values;
      } else throw new SyntaxProblem(`found '${token.text}', expected: ',', or identifier`);
    }
  }

  private parseExactValue(): string[] {
    const next = this.peek().kind;
    if (next === 'end' || next === ',') return [''];
    const token = this.take();
    if (token.kind === 'identifier') return [token.text];
    throw new SyntaxProblem(`found '${token.text}', expected: identifier`);
  }

  /** Where a value may stand, `in` and `notin` are ordinary words. */
  private peek(context: 'value' | 'operator' = 'value'): Token {
    const token = this.tokens[this.position] ?? end;
    if (context === 'value' && (token.kind === 'in' || token.kind === 'notin')) {
      return { kind: 'identifier', text: token.text };
    }
    return token;
  }

  private take(context: 'value' | 'operator' = 'value'): Token {
    const token = this.peek(context);
    this.position++;
    return token;
  }
}
