/** A body as a value, or why it is none: upstream's words, then where. */
export type Decoded =
  | { readonly value: unknown; readonly problem?: undefined }
  | { readonly problem: string; readonly line: number; readonly column: number; readonly value?: undefined };

/** Line and column, counted from 1, of an offset in a text. */
export function locate(text: string, offset: number): { line: number; column: number } {
  let line = 1;
  let lineStart = 0;
  for (let at = text.indexOf('\n'); at >= 0 && at < offset; at = text.indexOf('\n', at + 1)) {
    line++;
    lineStart = at + 1;
  }
  return { line, column: offset - lineStart + 1 };
}
