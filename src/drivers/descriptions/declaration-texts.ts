/** The doc comments of a declaration file: the definition's own under `''`, its fields' by name. */
export function readDeclarationTexts(source: string): ReadonlyMap<string, string> {
  const texts = new Map<string, string>();
  const documented =
    /\/\*\*\n((?:(?!\*\/)[\s\S])*)\*\/\n\s*(?:export (?:interface|type|declare class) \w+|"([^"]+)"\??:)/g;
  for (const [, comment = '', name = ''] of source.matchAll(documented)) {
    const text = cleanComment(comment);
    if (text !== '' && !texts.has(name)) texts.set(name, text);
  }
  return texts;
}

/** Without what the package's generator has added: stars, backslashes before stars and slashes, a closing tag. */
function cleanComment(comment: string): string {
  return comment
    .split('\n')
    .map(line => line.replace(/^\s*\* ?/, ''))
    .join('\n')
    .trim()
    .replace(/\\([*/])/g, '$1')
    .replace(/\n@deprecated$/, '');
}
