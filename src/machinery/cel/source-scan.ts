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

/** What may begin a typed object, and a field's name in one. */
const typeName = /(?<![\w.])(?:Object(?:\.\w+)*|JSONPatch)\s*\{/y;
const fieldName = /(\s*\??\s*)([A-Za-z_]\w*)(\s*:)/y;

/**
 * Writes typed objects (`Object.spec{replicas: 1}`) as maps (`dyn({"replicas": 1})`): the CEL library has no types of one's
 * own, and what they are merged into has a schema anyway. Dynamic, because objects with other fields are of the same type.
 */
export function writeTypedObjectsAsMaps(expression: string): string {
  const literals = new RegExp(notCode.source, 'y');
  /** Open brackets; whether what is inside are the fields of a typed object. */
  const open: boolean[] = [];
  let out = '';
  let at = 0;
  const take = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    const match = pattern.exec(expression);
    if (match !== null) at = pattern.lastIndex;
    return match;
  };
  const takeFieldName = (): void => {
    const match = open.at(-1) === true ? take(fieldName) : null;
    if (match !== null) out += `${match[1]}"${match[2]}"${match[3]}`;
  };
  while (at < expression.length) {
    const literal = take(literals);
    if (literal !== null) out += literal[0];
    else if (take(typeName) !== null) {
      out += 'dyn({';
      open.push(true);
      takeFieldName();
    } else {
      const character = expression[at++]!;
      out += character;
      if ('{[('.includes(character)) open.push(false);
      else if ('}])'.includes(character)) {
        if (open.pop() === true) out += ')';
      } else if (character === ',') takeFieldName();
    }
  }
  return out;
}
