import {
  checkDns1123Subdomain,
  checkPortNumber,
  type FieldError,
  fieldError,
  quoteGo,
} from '../../../machinery/index.ts';
import type { ServiceReference } from '../../generated/index.ts';

interface ClientConfig {
  readonly url?: string | undefined;
  readonly service?: ServiceReference | undefined;
}

/** Where a webhook is: one of `url` and `service`. */
export function validateClientConfig({ url, service }: ClientConfig, at: string): readonly FieldError[] {
  if ((url === undefined) === (service === undefined)) {
    return [fieldError.required(at, 'exactly one of url or service is required')];
  }
  return url === undefined ? validateWebhookService(service!, `${at}.service`) : validateWebhookUrl(url, `${at}.url`);
}

const form = '; desired format: https://host[/path]';
const parts = /^(?:([A-Za-z][\w+.-]*):)?(?:\/\/([^/?#]*))?([^?#]*)(?:\?([^#]*))?(?:#(.*))?$/s;

/** Kubernetes: `ValidateWebhookURL`. */
export function validateWebhookUrl(url: string, field: string): readonly FieldError[] {
  const problem = explainUnreadable(url);
  if (problem !== undefined) {
    return [fieldError.required(field, `url must be a valid URL: parse ${quoteGo(url)}: ${problem}${form}`)];
  }
  const [, scheme = '', authority = '', , query = '', fragment = ''] = parts.exec(url)!;
  const errors: FieldError[] = [];
  const refuse = (value: string, detail: string): void => {
    errors.push(fieldError.invalid(field, value, detail));
  };
  const at = authority.lastIndexOf('@');
  if (scheme.toLowerCase() !== 'https') refuse(scheme.toLowerCase(), `'https' is the only allowed URL scheme${form}`);
  if (authority.slice(at + 1) === '') refuse('', `host must be specified${form}`);
  if (at >= 0) refuse(authority.slice(0, at), 'user information is not permitted in the URL');
  if (fragment !== '') refuse(fragment, 'fragments are not permitted in the URL');
  if (query !== '') refuse(query, 'query parameters are not permitted in the URL');
  return errors;
}

/** Go's `url.Parse`, as far as it refuses anything. */
function explainUnreadable(url: string): string | undefined {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  if (/[\x00-\x1f\x7f]/.test(url)) return 'net/url: invalid control character in URL';
  if (url.startsWith(':')) return 'missing protocol scheme';
  const malformed = /%(?![0-9A-Fa-f]{2}).{0,2}/.exec(url);
  if (malformed !== null) return `invalid URL escape ${quoteGo(malformed[0])}`;
  const [, , authority = ''] = parts.exec(url) ?? [];
  const host = authority.slice(authority.lastIndexOf('@') + 1);
  const odd = /[\s"<>\\^`{|}]/.exec(host);
  if (odd !== null) return `invalid character ${quoteGo(odd[0])} in host name`;
  const port = /^(?:\[[^\]]*\]|[^:]*)(:.*)?$/.exec(host)?.[1] ?? '';
  return /^(?::\d*)?$/.test(port) ? undefined : `invalid port ${quoteGo(port)} after host`;
}

/** Kubernetes: `ValidateWebhookService`. */
export function validateWebhookService(service: ServiceReference, at: string): readonly FieldError[] {
  const { name, namespace, path, port = 443 } = service;
  const errors: FieldError[] = [];
  if (!name) errors.push(fieldError.required(`${at}.name`));
  if (!namespace) errors.push(fieldError.required(`${at}.namespace`));
  const problems = checkPortNumber(port);
  if (problems.length > 0) {
    errors.push(fieldError.invalid(`${at}.port`, port, `port is not valid: ${problems.join(', ')}`));
  }
  return path === undefined || path === '' || path === '/' ? errors : [...errors, ...validatePath(path, `${at}.path`)];
}

function validatePath(path: string, field: string): readonly FieldError[] {
  if (path === '//') return [fieldError.invalid(field, path, 'segment[0] may not be empty')];
  const errors: FieldError[] = [];
  if (!path.startsWith('/')) errors.push(fieldError.invalid(field, path, "must start with a '/'"));
  const steps = path.slice(1).replace(/\/$/, '').split('/');
  for (const [i, step] of steps.entries()) {
    if (step === '') errors.push(fieldError.invalid(field, path, `segment[${i}] may not be empty`));
    else {
      for (const problem of checkDns1123Subdomain(step)) {
        errors.push(fieldError.invalid(field, path, `segment[${i}]: ${problem}`));
      }
    }
  }
  return errors;
}
