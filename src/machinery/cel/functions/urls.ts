import { type CelFailure, fail } from '../language/failure.ts';
import type { Functions } from '../language/program.ts';
import { CelLiteralMap, CelObject } from '../language/values.ts';

/** Parts of an absolute URL or an absolute path, as Go's `url.ParseRequestURI` sees them. */
export class CelUrl extends CelObject {
  readonly typeName = 'kubernetes.URL';
  readonly scheme: string;
  readonly host: string;
  readonly path: string;
  readonly query: string;

  constructor(scheme: string, host: string, path: string, query: string) {
    super();
    this.scheme = scheme;
    this.host = host;
    this.path = path;
    this.query = query;
  }

  equals(other: CelObject): boolean {
    if (!(other instanceof CelUrl) || other.scheme !== this.scheme) return false;
    return other.host === this.host && other.path === this.path && other.query === this.query;
  }
}

const shape = /^(?:([a-zA-Z][a-zA-Z0-9+.-]*):)?(?:\/\/(?:[^/?#@]*@)?([^/?#]*))?([^?#]*)(?:\?([^#]*))?$/;

function read(text: unknown): CelUrl | CelFailure {
  const url = parse(text as string);
  return (
    url ?? fail(`URL parse error during conversion from string: parse ${JSON.stringify(text)}: invalid URI for request`)
  );
}

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

function queryOf({ query }: CelUrl): CelLiteralMap {
  const values = new Map<string, string[]>();
  for (const pair of query.split('&').filter(part => part !== '')) {
    const equals = pair.indexOf('=');
    const name = decode(equals < 0 ? pair : pair.slice(0, equals));
    values.set(name, [...(values.get(name) ?? []), equals < 0 ? '' : decode(pair.slice(equals + 1))]);
  }
  return CelLiteralMap.of(values);
}

/** `url('https://a:1/b').getPort()`. */
export const urls: Functions = {
  url: read,
  isURL: text => read(text) instanceof CelUrl,
  getScheme: url => (url as CelUrl).scheme,
  getHost: url => (url as CelUrl).host,
  getHostname: url => hostnameOf(url as CelUrl),
  getPort: url => /:(\d*)$/.exec((url as CelUrl).host)?.[1] ?? '',
  getEscapedPath: url => (url as CelUrl).path,
  getQuery: url => queryOf(url as CelUrl),
};
