/** What a name in the path of a `proxy` subresource says: `web`, `web:8080`, `https:web:8443`, `http:web:`. */
export interface ProxiedName {
  readonly scheme: 'http' | 'https';
  readonly name: string;
  /** A number or a port's name; empty where none is given. */
  readonly port: string;
}

/** Undefined for what is no such name. Kubernetes: `SplitSchemeNamePort`. */
export function readProxiedName(text: string): ProxiedName | undefined {
  const parts = text.split(':');
  if (parts.length > 3) return undefined;
  const [scheme, name = '', port = ''] = parts.length === 3 ? parts : ['', ...parts];
  if (name === '' || (scheme !== '' && scheme !== 'http' && scheme !== 'https')) return undefined;
  return { scheme: scheme === 'https' ? 'https' : 'http', name, port };
}
