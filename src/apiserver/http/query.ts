/** The parameters of a URL's query in the order in which they came; a name may come several times. */
export interface Query {
  get(name: string): string | undefined;
  getAll(name: string): readonly string[];
  has(name: string): boolean;
}

const emptyQuery: Query = { get: () => undefined, getAll: () => [], has: () => false };

/** Reads `a=1&b=x%20y+z`. Kubernetes: a malformed escape stands for itself. */
export function parseQuery(text: string): Query {
  if (text === '') return emptyQuery;
  const values = new Map<string, string[]>();
  for (const pair of text.split('&')) {
    if (pair === '') continue;
    const equals = pair.indexOf('=');
    const name = decodeQueryText(equals < 0 ? pair : pair.slice(0, equals));
    const value = equals < 0 ? '' : decodeQueryText(pair.slice(equals + 1));
    const known = values.get(name);
    if (known === undefined) values.set(name, [value]);
    else known.push(value);
  }
  return {
    get: name => values.get(name)?.[0],
    getAll: name => values.get(name) ?? [],
    has: name => values.has(name),
  };
}

function decodeQueryText(text: string): string {
  return decodePercent(text.includes('+') ? text.replaceAll('+', ' ') : text);
}

/** Percent-decoding that leaves malformed escapes as they are. */
export function decodePercent(text: string): string {
  if (!text.includes('%')) return text;
  try {
    return decodeURIComponent(text);
  } catch (error) {
    if (error instanceof URIError) return text;
    throw error;
  }
}
