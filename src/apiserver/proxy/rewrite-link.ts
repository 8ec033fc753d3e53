import { cleanPath } from './proxied-path.ts';

/** What links are rewritten against. */
export interface ProxiedPage {
  /** What stands in front of the backend's paths: `/api/v1/namespaces/default/pods/web/proxy`. */
  readonly prefix: string;
  /** Where the page came from: `10.0.0.1:80`. */
  readonly backendHost: string;
  /** Where the client asked for it: `127.0.0.1:6443`. */
  readonly requestHost: string;
}

const referencePattern = /^(?:[a-zA-Z][a-zA-Z0-9+.-]*:)?(?:\/\/([^/?#]*))?([^?#]*)(.*)$/s;

/**
 * Kubernetes: a link to the page's own host leads through the proxy; one to another host, and a relative one, stay as
 * they are.
 */
export function rewriteLink(link: string, page: ProxiedPage): string {
  const [, host = '', path = '', rest = ''] = referencePattern.exec(link) ?? [];
  const isElsewhere = host !== '' && host !== page.backendHost && host !== page.requestHost;
  if (isElsewhere || !path.startsWith('/')) return link;
  // What the client itself calls the API server stays; the backend's own name means nothing to the client.
  const origin = host === page.requestHost && host !== '' ? link.slice(0, link.indexOf(host) + host.length) : '';
  return `${origin}${path.startsWith(page.prefix) ? path : prepend(page.prefix, path)}${rest}`;
}

function prepend(prefix: string, path: string): string {
  const joined = cleanPath(`${prefix}/${path}`);
  return path.endsWith('/') ? `${joined}/` : joined;
}
