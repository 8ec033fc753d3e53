import { type FieldError, fieldError, nameChecks } from '../../machinery/index.ts';

const form = '; desired format: https://host[/path]';
/** Scheme, user, host, query and fragment, as far as an address of a webhook may have them. */
const urlParts = /^(?:([A-Za-z][A-Za-z0-9+.-]*):)?(?:\/\/(?:([^/?#@]*)@)?([^/?#]*))?[^?#]*(?:\?([^#]*))?(?:#(.*))?$/s;

/** Kubernetes: `webhook.ValidateWebhookURL`. */
export function validateWebhookUrl(url: string, field: string): readonly FieldError[] {
  const problem = findUrlProblem(url);
  if (problem !== undefined) {
    return [fieldError.required(field, `url must be a valid URL: parse ${JSON.stringify(url)}: ${problem}${form}`)];
  }
  const [, scheme = '', user, host = '', query = '', fragment = ''] = urlParts.exec(url) ?? [];
  const errors: FieldError[] = [];
  if (scheme.toLowerCase() !== 'https') {
    errors.push(fieldError.invalid(field, scheme.toLowerCase(), `'https' is the only allowed URL scheme${form}`));
  }
  if (host === '') errors.push(fieldError.invalid(field, host, `host must be specified${form}`));
  if (user !== undefined) errors.push(fieldError.invalid(field, user, 'user information is not permitted in the URL'));
  if (fragment !== '') errors.push(fieldError.invalid(field, fragment, 'fragments are not permitted in the URL'));
  if (query !== '') errors.push(fieldError.invalid(field, query, 'query parameters are not permitted in the URL'));
  return errors;
}

/** What Go's `url.Parse` refuses, as far as it happens to people. */
function findUrlProblem(url: string): string | undefined {
  for (let i = 0; i < url.length; i++) {
    const code = url.charCodeAt(i);
    if (code < 0x20 || code === 0x7f) return 'net/url: invalid control character in URL';
  }
  if (url.startsWith(':')) return 'missing protocol scheme';
  const [, , , host = ''] = urlParts.exec(url) ?? [];
  const port = /:([^\]]*)$/.exec(host)?.[1];
  if (port !== undefined && !/^\d*$/.test(port)) return `invalid port ${JSON.stringify(`:${port}`)} after host`;
  if (/[ "<>\\^`{|}]/.test(host))
    return `invalid character ${JSON.stringify(/[ "<>\\^`{|}]/.exec(host)![0])} in host name`;
  const escaped = /%(?![0-9A-Fa-f]{2})[\s\S]{0,2}/.exec(url)?.[0];
  return escaped === undefined ? undefined : `invalid URL escape ${JSON.stringify(escaped)}`;
}

interface ServiceReference {
  readonly namespace?: string | undefined;
  readonly name?: string | undefined;
  readonly path?: string | undefined;
  readonly port?: number | undefined;
}

/** Kubernetes: `webhook.ValidateWebhookService`. */
export function validateWebhookService(service: ServiceReference, path: string): readonly FieldError[] {
  const { port = 443, path: below } = service;
  const errors: FieldError[] = [];
  if (!service.name) errors.push(fieldError.required(`${path}.name`));
  if (!service.namespace) errors.push(fieldError.required(`${path}.namespace`));
  if (port < 1 || port > 65535) {
    errors.push(fieldError.invalid(`${path}.port`, port, 'port is not valid: must be between 1 and 65535, inclusive'));
  }
  return below === undefined ? errors : [...errors, ...validatePath(below, `${path}.path`)];
}

function validatePath(path: string, field: string): readonly FieldError[] {
  if (path === '/' || path === '') return [];
  if (path === '//') return [fieldError.invalid(field, path, 'segment[0] may not be empty')];
  const errors: FieldError[] = [];
  if (!path.startsWith('/')) errors.push(fieldError.invalid(field, path, "must start with a '/'"));
  const segments = path.slice(1).replace(/\/$/, '').split('/');
  for (const [index, segment] of segments.entries()) {
    if (segment === '') errors.push(fieldError.invalid(field, path, `segment[${index}] may not be empty`));
    else {
      for (const problem of nameChecks.dnsSubdomain(segment, false)) {
        errors.push(fieldError.invalid(field, path, `segment[${index}]: ${problem}`));
      }
    }
  }
  return errors;
}
