/** What the library says of an expression that does not compile. */
interface LibraryError {
  readonly code?: string;
  readonly summary?: string;
  readonly message: string;
  readonly node?: ErrorNode | undefined;
}

interface ErrorNode {
  readonly pos?: number;
  readonly start?: number;
  readonly op?: string;
  readonly args?: unknown;
}

/**
 * An expression's first error in the frame of upstream's compiler: where it is, what it is, and the line with a mark.
 * Differs from Kubernetes: what is wrong with syntax and types is told in the library's words, and only the first error.
 */
export function describeCompileError(
  expression: string,
  error: unknown,
  functions: ReadonlySet<string> = none,
): string {
  const { summary, message, code, node } = error as LibraryError;
  const at = placeOf(expression, code, node);
  const before = expression.slice(0, at).split('\n');
  const line = before.length;
  const column = [...before.at(-1)!].length;
  const text = expression.split('\n')[line - 1] ?? '';
  const said = translate(code ?? '', summary ?? message.split('\n')[0]!, functions);
  return `compilation failed: ERROR: <input>:${line}:${column + 1}: ${said}\n | ${text}\n | ${'.'.repeat(column)}^`;
}

const none: ReadonlySet<string> = new Set();
const syntaxCodes =
  /^(?:unexpected_|expected_|unterminated_|invalid_number|invalid_integer|invalid_hex|invalid_exponent|newline_in_|reserved_)/;

/** Kubernetes: a field is named by the dot before it, an operator by itself, a call by its parenthesis. */
function placeOf(expression: string, code: string | undefined, node: ErrorNode | undefined): number {
  const start = node?.pos ?? node?.start ?? 0;
  if (code === 'no_such_key') return start - 1;
  if (node?.op === 'call' && Array.isArray(node.args)) return start + String(node.args[0]).length;
  if (code !== 'no_such_overload' || !Array.isArray(node?.args)) return start;
  const left = node.args[0] as { readonly range?: { readonly end?: number } } | undefined;
  const end = left?.range?.end;
  if (end === undefined || node.args.length !== 2) return start;
  const found = expression.indexOf(node.op ?? '', end);
  return found < 0 ? start : found;
}

function translate(code: string, summary: string, functions: ReadonlySet<string>): string {
  const unknown = /^Unknown variable: (.+)$/.exec(summary);
  if (unknown !== null) return `undeclared reference to '${unknown[1]}' (in container '')`;
  const field = /^No such key: (.+)$/.exec(summary);
  if (field !== null) return `undefined field '${field[1]}'`;
  const call = /^found no matching overload for '([^(]+)\((.*)\)'$/.exec(summary);
  if (call !== null && !/[.]/.test(call[1]!) && !functions.has(call[1]!)) {
    return `undeclared reference to '${call[1]}' (in container '')`;
  }
  if (call !== null) return `found no matching overload for '${call[1]}' applied to '(${call[2]})'`;
  const binary = /^no such overload: (\S.*) (\S+) (\S.*)$/.exec(summary);
  if (binary !== null)
    return `found no matching overload for '_${binary[2]}_' applied to '(${binary[1]}, ${binary[3]})'`;
  const lower = `${summary.charAt(0).toLowerCase()}${summary.slice(1)}`;
  return syntaxCodes.test(code) ? `Syntax error: ${lower}` : lower;
}
