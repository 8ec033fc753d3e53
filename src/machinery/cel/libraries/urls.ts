import type { Environment } from '@marcbachmann/cel-js';

/** Parts of an absolute URL or an absolute path, as Go's `url.ParseRequestURI` sees them. */
class CelUrl {
  readonly scheme: string;
  readonly host: string;
  readonly path: string;
  readonly query: string;

  constructor(scheme: string, host: string, path: string, query: string) {
    this.scheme = scheme;
    this.host = host;
    this.path = path;
    this.query = query;
  }
}

const shape = /^(?:([a-zA-Z][a-zA-Z0-9+.-]*):)?(?:\/\/(?:[^/?#@]*@)?([^/?#]*))?([^?#]*)(?:\?([^#]*))?$/;

function parse(text: string): CelUrl | undefined {
  const match = shape.exec(text);
  if (match === null || text === '' || /\s|\p{Cc}/u.test(text)) return undefined;
  const [, scheme = '', host = '', path = '', query = ''] = match;
  if (scheme === '' && !text.startsWith('/')) return undefined;
  if (!/^(?:\[[0-9a-fA-F:.%]+\]|[^:[\]]*)(?::\d*)?$/.test(host)) return undefined;
  return new CelUrl(scheme.toLowerCase(), host, path, query);
}

function hostnameOf({ host }: CelUrl): string {
  const name = host.replace(/:\d*$/, '');
  return name.startsWith('[') ? name.slice(1, -1) : name;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    // Go drops pairs with a broken escape; keeping them as written is close enough for a rule.
    return text;
  }
}

function queryOf({ query }: CelUrl): Record<string, string[]> {
  const values: Record<string, string[]> = {};
  for (const pair of query.split('&').filter(part => part !== '')) {
    const equals = pair.indexOf('=');
    const name = decode(equals < 0 ? pair : pair.slice(0, equals));
    values[name] = [...(values[name] ?? []), equals < 0 ? '' : decode(pair.slice(equals + 1))];
  }
  return values;
}

/** Kubernetes' URLs: `url('https://a:1/b').getPort()`. */
export function registerUrls(environment: Environment): void {
  const type = 'kubernetes.URL';
  environment
    .registerType(type, { ctor: CelUrl, fields: {} })
    .registerOperator(`${type} == ${type}`, (a: CelUrl, b: CelUrl) => JSON.stringify(a) === JSON.stringify(b))
    .registerFunction(`url(string): ${type}`, (text: string) => {
      const url = parse(text);
      if (url === undefined) throw new Error(`URL parse error during conversion from string: ${JSON.stringify(text)}`);
      return url;
    })
    .registerFunction('isURL(string): bool', (text: string) => parse(text) !== undefined)
    .registerFunction(`${type}.getScheme(): string`, (url: CelUrl) => url.scheme)
    .registerFunction(`${type}.getHost(): string`, (url: CelUrl) => url.host)
    .registerFunction(`${type}.getHostname(): string`, hostnameOf)
    .registerFunction(`${type}.getPort(): string`, (url: CelUrl) => /:(\d*)$/.exec(url.host)?.[1] ?? '')
    .registerFunction(`${type}.getEscapedPath(): string`, (url: CelUrl) => url.path)
    .registerFunction(`${type}.getQuery(): map<string, list<string>>`, queryOf);
}
