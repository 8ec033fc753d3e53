/**
 * Kubernetes: `$(NAME)` becomes the variable's value, and stays as it is where there is none; `$$` is one `$`, so that
 * `$$(NAME)` is `$(NAME)` literally.
 */
export function expandVariables(text: string, lookup: (name: string) => string | undefined): string {
  if (!text.includes('$')) return text;
  let out = '';
  let i = 0;
  while (i < text.length) {
    const dollar = text.indexOf('$', i);
    if (dollar < 0 || dollar === text.length - 1) break;
    out += text.slice(i, dollar);
    const { value, length } = readReference(text, dollar + 1, lookup);
    out += value;
    i = dollar + 1 + length;
  }
  return out + text.slice(i);
}

/** What stands behind a `$` at `at - 1`. */
function readReference(text: string, at: number, lookup: (name: string) => string | undefined) {
  if (text[at] === '$') return { value: '$', length: 1 };
  if (text[at] !== '(') return { value: `$${text[at]}`, length: 1 };
  const end = text.indexOf(')', at);
  if (end < 0) return { value: '$(', length: 1 };
  const name = text.slice(at + 1, end);
  return { value: lookup(name) ?? `$(${name})`, length: end - at + 1 };
}
