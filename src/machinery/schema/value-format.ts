import { parseGoDuration } from '../duration/index.ts';
import { parseCidr, parseIp } from '../names/ip.ts';
import { checkDns1123Label, checkDns1123Subdomain } from '../names/name-formats.ts';
import { isDateTime } from './time-text.ts';

const hexadecimal = '[0-9a-fA-F]';

function uuid(third: string, fourth: string): RegExp {
  const h4 = `${hexadecimal}{4}`;
  return new RegExp(`^${hexadecimal}{8}-?${h4}-?${third}-?${fourth}-?${hexadecimal}{12}$`);
}

const anyFour = `${hexadecimal}{4}`;
const variant = `[89abAB]${hexadecimal}{3}`;
const byPattern =
  (pattern: RegExp) =>
  (text: string): boolean =>
    pattern.test(text);

const creditCard =
  /^(?:4[0-9]{12}(?:[0-9]{3})?|5[1-5][0-9]{14}|6(?:011|5[0-9]{2})[0-9]{12}|3[47][0-9]{13}|3(?:0[0-5]|[68][0-9])[0-9]{11}|(?:2131|1800|35\d{3})\d{11})$/;
/** Kubernetes: strfmt's `ParseDuration` finds one such part anywhere. */
const scalaDuration = /\d\s*(?:(?:ns|us|µs|ms|s|m|h|hr|d|w|wk)(?![A-Za-zµ])|nano|micro|milli|sec|min|hour|day|week)/i;

/**
 * The formats that CRD schemas may ask for, by name without dashes (as upstream normalizes them); others are ignored.
 * Kubernetes: `apiextensions-apiserver/pkg/apiserver/validation/formats.go` and kube-openapi's strfmt.
 */
const formats: ReadonlyMap<string, (text: string) => boolean> = new Map([
  ['bsonobjectid', byPattern(/^[0-9a-fA-F]{24}$/)],
  ['uri', byPattern(/^(?:[a-zA-Z][a-zA-Z0-9+.-]*:[^\s#]*|\/[^\s#]*)$/)],
  ['email', byPattern(/^[^@\s]+@[^@\s]+$/)],
  ['hostname', isHostname],
  ['ipv4', text => parseIp(text)?.family === 4],
  ['ipv6', text => parseIp(text)?.family === 6],
  ['cidr', text => parseCidr(text) !== undefined],
  [
    'mac',
    byPattern(
      /^(?:[0-9a-fA-F]{2}([:-]))(?:[0-9a-fA-F]{2}\1){4}[0-9a-fA-F]{2}$|^(?:[0-9a-fA-F]{4}\.){2}[0-9a-fA-F]{4}$/,
    ),
  ],
  ['uuid', byPattern(uuid(anyFour, anyFour))],
  ['uuid3', byPattern(uuid(`3${hexadecimal}{3}`, anyFour))],
  ['uuid4', byPattern(uuid(`4${hexadecimal}{3}`, variant))],
  ['uuid5', byPattern(uuid(`5${hexadecimal}{3}`, variant))],
  ['isbn', text => isIsbn10(text) || isIsbn13(text)],
  ['isbn10', isIsbn10],
  ['isbn13', isIsbn13],
  ['creditcard', text => creditCard.test(text.replace(/\D/g, ''))],
  ['ssn', byPattern(/^\d{3}[- ]?\d{2}[- ]?\d{4}$/)],
  ['hexcolor', byPattern(/^#?(?:[0-9a-fA-F]{3}|[0-9a-fA-F]{6})$/)],
  ['rgbcolor', isRgbColor],
  ['byte', byPattern(/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/)],
  ['password', () => true],
  ['date', text => isDateTime(`${text}T00:00:00Z`)],
  ['duration', text => parseGoDuration(text) !== undefined || scalaDuration.test(text)],
  ['datetime', isDateTime],
  ['k8sshortname', text => checkDns1123Label(text).length === 0],
  ['k8slongname', text => checkDns1123Subdomain(text).length === 0],
]);

/** Whether a text has a format; formats that Kubernetes does not know accept everything. */
export function hasFormat(format: string, text: string): boolean {
  const matches = formats.get(format.replaceAll('-', ''));
  return matches === undefined || matches(text);
}

export function isKnownFormat(format: string): boolean {
  return formats.has(format.replaceAll('-', ''));
}

/** Kubernetes: the last part of several is of two letters or more. */
function isHostname(text: string): boolean {
  if (text.length === 0 || text.length > 255) return false;
  const labels = text.split('.');
  if (labels.length > 1 && !/^[a-zA-Z\p{S}\p{L}]{2,63}$/u.test(labels.at(-1)!)) return false;
  return labels.every(label =>
    /^[a-zA-Z0-9\p{S}\p{L}](?:[-a-zA-Z0-9\p{S}\p{L}]{0,61}[a-zA-Z0-9\p{S}\p{L}])?$/u.test(label),
  );
}

function isIsbn10(text: string): boolean {
  const digits = text.replace(/[\s-]/g, '');
  if (!/^\d{9}[\dX]$/.test(digits)) return false;
  let sum = 0;
  for (let index = 0; index < 10; index++) {
    sum += (10 - index) * (digits[index] === 'X' ? 10 : Number(digits[index]));
  }
  return sum % 11 === 0;
}

function isIsbn13(text: string): boolean {
  const digits = text.replace(/[\s-]/g, '');
  if (!/^\d{13}$/.test(digits)) return false;
  let sum = 0;
  for (let index = 0; index < 13; index++) sum += Number(digits[index]) * (index % 2 === 0 ? 1 : 3);
  return sum % 10 === 0;
}

function isRgbColor(text: string): boolean {
  const match = /^rgb\(\s*(\d{1,3})\s*,\s*(\d{1,3})\s*,\s*(\d{1,3})\s*\)$/.exec(text);
  return match?.slice(1).every(part => Number(part) <= 255) === true;
}
