/** String and bytes literals (raw ones too) and comments: what is not code. */
const notCode =
  /[rRbB]{0,2}(?:"""[\s\S]*?"""|'''[\s\S]*?''')|[rR][bB]?(?:"[^"\n]*"|'[^'\n]*')|[bB]?(?:"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*')|\/\/[^\n]*/g;

/** An expression's code without the contents of its literals. */
export function codeOf(expression: string): string {
  return expression.replace(notCode, '""');
}

/** Whether an expression uses a variable. */
export function usesVariable(expression: string, name: string): boolean {
  return new RegExp(`(?<![\\w.])${name}\\b`).test(codeOf(expression));
}

/**
 * Renames calls outside literals. The CEL library's own `matches` uses JavaScript's expressions, which differ from RE2
 * and can run for ever; it cannot be replaced, so calls go to ours by another name.
 */
export function renameCalls(expression: string, from: string, to: string): string {
  let out = '';
  let end = 0;
  const rename = (code: string): string => code.replace(new RegExp(`\\b${from}(?=\\s*\\()`, 'g'), to);
  for (const match of expression.matchAll(notCode)) {
    out += rename(expression.slice(end, match.index)) + match[0];
    end = match.index + match[0].length;
  }
  return out + rename(expression.slice(end));
}
