/**
 * How deep a body may nest. Differs from Kubernetes, which reads 10,000 levels: what is stored here is walked by
 * recursion, and must be readable again by whoever asks, however little stack is left. Real objects have below 100.
 */
export const nestingMax = 500;

/** Where a JSON text first nests deeper than it may; -1 for one that does not. Right or wrong JSON alike. */
export function findTooDeep(text: string): number {
  if (countUpTo(text, '{', nestingMax) + countUpTo(text, '[', nestingMax) <= nestingMax) return -1;
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 34) at = findStringEnd(text, at);
    else if (code === 123 || code === 91) {
      if (++depth > nestingMax) return at;
    } else if (code === 125 || code === 93) depth--;
  }
  return -1;
}

/** Whether a value nests deeper than it may. */
export function isTooDeep(value: unknown, levelsLeft = nestingMax): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (levelsLeft === 0) return true;
  for (const inner of Array.isArray(value) ? value : Object.values(value)) {
    if (isTooDeep(inner, levelsLeft - 1)) return true;
  }
  return false;
}

function countUpTo(text: string, char: string, limit: number): number {
  let count = 0;
  for (let at = text.indexOf(char); at >= 0 && count <= limit; at = text.indexOf(char, at + 1)) count++;
  return count;
}

/** The closing quote of the string that begins at `start`, or the end of the text. */
function findStringEnd(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 92) at++;
    else if (code === 34) return at;
  }
  return text.length;
}
