import type { Issue } from './issues.ts';

export interface Token {
  readonly kind:
    | 'identifier'
    | 'escaped'
    | 'int'
    | 'uint'
    | 'float'
    | 'string'
    | 'bytes'
    | 'operator'
    | 'keyword'
    | 'end';
  readonly text: string;
  readonly at: number;
}

const escaped = String.raw`\\(?:[abfnrtv"'\\?${'`'}]|[xX][0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[0-3][0-7]{2})`;
const string = String.raw`(?:[rR](?:"""[\s\S]*?"""|'''[\s\S]*?'''|"[^"\n\r]*"|'[^'\n\r]*')|"""(?:${escaped}|[^\\])*?"""|'''(?:${escaped}|[^\\])*?'''|"(?:${escaped}|[^\\"\n\r])*"|'(?:${escaped}|[^\\'\n\r])*')`;

const shapes = new RegExp(
  [
    String.raw`(?<space>[\t \r\n\f]+|\/\/[^\n]*)`,
    String.raw`(?<float>\d+\.\d+(?:[eE][+-]?\d+)?|\d+[eE][+-]?\d+|\.\d+(?:[eE][+-]?\d+)?)`,
    String.raw`(?<uint>(?:0x[0-9a-fA-F]+|\d+)[uU])`,
    String.raw`(?<int>0x[0-9a-fA-F]+|\d+)`,
    `(?<bytes>[bB]${string})`,
    `(?<string>${string})`,
    '(?<identifier>[A-Za-z_][A-Za-z0-9_]*)',
    '(?<escaped>`[A-Za-z0-9_.\\-/ ]+`)',
    String.raw`(?<operator>==|!=|<=|>=|&&|\|\||[<>[\]{}().,\-!?:+*/%])`,
  ].join('|'),
  'y',
);

const keywords: ReadonlySet<string> = new Set(['true', 'false', 'null', 'in']);

/** Splits an expression; what is no token at all becomes an issue and is left out. */
export function readTokens(source: string, issues: Issue[]): readonly Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < source.length) {
    shapes.lastIndex = at;
    const match = shapes.exec(source);
    if (match === null) {
      at = skipUnknown(source, at, issues);
      continue;
    }
    const text = match[0];
    const kind = Object.entries(match.groups!).find(([, group]) => group !== undefined)![0] as Token['kind'] | 'space';
    if (kind === 'identifier' && keywords.has(text)) tokens.push({ kind: 'keyword', text, at });
    else if (kind !== 'space') tokens.push({ kind, text, at });
    at += text.length;
  }
  tokens.push({ kind: 'end', text: '<EOF>', at: source.length });
  return tokens;
}

/** A string as far as it is one, and the character at which it no longer is. */
const brokenString = new RegExp(`^["'](?:${escaped}|[^\\\\\n\r])*(?:\\\\.?)?`);

/** Antlr names the text that it gave up on: one character of an operator more than it could use, a string to its end. */
function skipUnknown(source: string, at: number, issues: Issue[]): number {
  const rest = source.slice(at);
  const length = /^["']/.test(rest)
    ? brokenString.exec(rest)![0].length
    : /^[&|=]/.test(rest)
      ? Math.min(2, rest.length)
      : [...rest][0]!.length;
  issues.push({ at, message: `Syntax error: token recognition error at: '${rest.slice(0, length)}'` });
  return at + (/^[&|=]/.test(rest) ? 1 : length);
}
