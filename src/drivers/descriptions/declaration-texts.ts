/** The doc comments of a declaration file: the class's own under `''`, its fields' by name. */
export function readDeclarationTexts(source: string): ReadonlyMap<string, string> {
  const texts = new Map<string, string>();
  const documented = /\/\*\*\n((?:(?!\*\/)[\s\S])*)\*\/\n\s*(?:export declare class \w+|'([^']+)'\??:)/g;
  for (const match of source.matchAll(documented)) {
    const text = cleanComment(match[1]!);
    const name = match[2] ?? '';
    if (text !== '' && !texts.has(name)) texts.set(name, text);
  }
  return texts;
}

/** Without stars, and without the backslashes that the package's generator puts before quotes. */
function cleanComment(comment: string): string {
  return comment
    .split('\n')
    .map(line => line.replace(/^\s*\* ?/, ''))
    .join('\n')
    .trim()
    .replace(/\\(["'])/g, '$1')
    .replace(/\\n/g, '\n')
    .replaceAll('*_/', '*/');
}
