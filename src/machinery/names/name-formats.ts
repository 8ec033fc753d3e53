import { utf8Length } from '../json/index.ts';

/**
 * The formats that names have. Each `check…` returns what is wrong in upstream's words; an empty list means valid.
 * Kubernetes: `apimachinery/pkg/util/validation` and `pkg/api/validate/content`; the former counts "characters", the
 * latter "bytes".
 */
export type Problems = readonly string[];

const none: Problems = [];

const dns1123Label = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const dns1123LabelText =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character";
const dns1123Subdomain = `${dns1123Label}(\\.${dns1123Label})*`;
const dns1123SubdomainText =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character";
const dns1035Label = '[a-z]([-a-z0-9]*[a-z0-9])?';
const dns1035LabelText =
  "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character";
const underscoreLabel = '_?[a-z0-9]([-_a-z0-9]*[a-z0-9])?';
const underscoreSubdomain = `${underscoreLabel}(\\.${underscoreLabel})*`;
const underscoreSubdomainText =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '_', '-' or '.', and must start and end with an alphanumeric character";
const wildcardSubdomain = `\\*\\.${dns1123Subdomain}`;
const wildcardSubdomainText =
  "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character";
const labelKeyName = '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]';
const labelKeyNameText =
  "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character";
const labelValue = `(${labelKeyName})?`;
const labelValueText =
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character";
const cIdentifier = '[A-Za-z_][A-Za-z0-9_]*';
const percent = '[0-9]+%';
const httpHeaderName = '[-A-Za-z0-9]+';
const envVarName = '[-._a-zA-Z][-._a-zA-Z0-9]*';
const configMapKey = '[-._a-zA-Z0-9]+';

const whole = (pattern: string): RegExp => new RegExp(`^${pattern}$`);
const patterns = {
  dns1123Label: whole(dns1123Label),
  dns1123Subdomain: whole(dns1123Subdomain),
  dns1035Label: whole(dns1035Label),
  underscoreSubdomain: whole(underscoreSubdomain),
  wildcardSubdomain: whole(wildcardSubdomain),
  labelKeyName: whole(labelKeyName),
  labelValue: whole(labelValue),
  cIdentifier: whole(cIdentifier),
  percent: whole(percent),
  httpHeaderName: whole(httpHeaderName),
  envVarName: whole(envVarName),
  configMapKey: whole(configMapKey),
  portNameCharset: /^[-a-z0-9]+$/,
  httpPath: /^[A-Za-z0-9/\-._~%!$&'()*+,;=:]+$/,
} as const;

/** Kubernetes: `RegexError`. */
export function explainPattern(text: string, pattern: string, ...examples: readonly string[]): string {
  if (examples.length === 0) return `${text} (regex used for validation is '${pattern}')`;
  return `${text} (e.g. ${examples.map(example => `'${example}', `).join(' or ')}regex used for validation is '${pattern}')`;
}

const tooManyCharacters = (max: number): string => `must be no more than ${max} characters`;
const tooManyBytes = (max: number): string => `must be no more than ${max} bytes`;

/** Kubernetes: `EmptyError`. */
export const emptyText = 'must be non-empty';

export function checkDns1123Label(value: string): Problems {
  if (value.length <= 63 && patterns.dns1123Label.test(value)) return none;
  const problems: string[] = [];
  if (utf8Length(value) > 63) problems.push(tooManyCharacters(63));
  if (!patterns.dns1123Label.test(value)) {
    problems.push(
      patterns.dns1123Subdomain.test(value)
        ? 'must not contain dots'
        : explainPattern(dns1123LabelText, dns1123Label, 'my-name', '123-abc'),
    );
  }
  return problems;
}

export function checkDns1123Subdomain(value: string): Problems {
  return checkSubdomain(value, tooManyCharacters);
}

function checkSubdomain(value: string, tooLong: (max: number) => string): Problems {
  if (value.length <= 253 && patterns.dns1123Subdomain.test(value)) return none;
  const problems: string[] = [];
  if (utf8Length(value) > 253) problems.push(tooLong(253));
  if (!patterns.dns1123Subdomain.test(value)) {
    problems.push(explainPattern(dns1123SubdomainText, dns1123Subdomain, 'example.com'));
  }
  return problems;
}

export function checkDns1123SubdomainWithUnderscore(value: string): Problems {
  const problems: string[] = [];
  if (utf8Length(value) > 253) problems.push(tooManyCharacters(253));
  if (!patterns.underscoreSubdomain.test(value)) {
    problems.push(explainPattern(underscoreSubdomainText, underscoreSubdomain, 'example.com'));
  }
  return problems;
}

export function checkWildcardDns1123Subdomain(value: string): Problems {
  const problems: string[] = [];
  if (utf8Length(value) > 253) problems.push(tooManyCharacters(253));
  if (!patterns.wildcardSubdomain.test(value)) {
    problems.push(explainPattern(wildcardSubdomainText, wildcardSubdomain, '*.example.com'));
  }
  return problems;
}

export function checkDns1035Label(value: string): Problems {
  const problems: string[] = [];
  if (utf8Length(value) > 63) problems.push(tooManyCharacters(63));
  if (!patterns.dns1035Label.test(value)) {
    problems.push(explainPattern(dns1035LabelText, dns1035Label, 'my-name', 'abc-123'));
  }
  return problems;
}

/** A label key, also called a qualified name: `name` or `example.com/name`. */
export function checkQualifiedName(value: string): Problems {
  const slash = value.indexOf('/');
  if (slash < 0) return value.length <= 63 && patterns.labelKeyName.test(value) ? none : checkNamePart(value);
  if (value.indexOf('/', slash + 1) >= 0) {
    const what = explainPattern(labelKeyNameText, labelKeyName, 'MyName', 'my.name', '123-abc');
    return [`a valid label key ${what} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`];
  }
  const prefix = value.slice(0, slash);
  const prefixProblems = prefix === '' ? [emptyText] : checkSubdomain(prefix, tooManyBytes);
  return [...prefixProblems.map(problem => `prefix part ${problem}`), ...checkNamePart(value.slice(slash + 1))];
}

function checkNamePart(name: string): Problems {
  const problems: string[] = [];
  if (name === '') problems.push(`name part ${emptyText}`);
  else if (utf8Length(name) > 63) problems.push(`name part ${tooManyBytes(63)}`);
  if (!patterns.labelKeyName.test(name)) {
    problems.push(`name part ${explainPattern(labelKeyNameText, labelKeyName, 'MyName', 'my.name', '123-abc')}`);
  }
  return problems;
}

export function checkLabelValue(value: string): Problems {
  if (value.length <= 63 && patterns.labelValue.test(value)) return none;
  const problems: string[] = [];
  if (utf8Length(value) > 63) problems.push(tooManyBytes(63));
  if (!patterns.labelValue.test(value)) {
    problems.push(explainPattern(labelValueText, labelValue, 'MyValue', 'my_value', '12345'));
  }
  return problems;
}

/** A name that stands in a URL's path. An empty one is not refused here. */
export function checkPathSegmentName(value: string): Problems {
  if (value === '.' || value === '..') return [`may not be '${value}'`];
  return checkPathSegmentPrefix(value);
}

export function checkPathSegmentPrefix(value: string): Problems {
  return ['/', '%'].filter(part => value.includes(part)).map(part => `may not contain '${part}'`);
}

/** A port's name (IANA service name): at most 15 characters, at least one letter. */
export function checkPortName(value: string): Problems {
  const problems: string[] = [];
  if (utf8Length(value) > 15) problems.push(tooManyCharacters(15));
  if (!patterns.portNameCharset.test(value)) {
    problems.push('must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)');
  }
  if (!/[a-z]/.test(value)) problems.push('must contain at least one letter (a-z)');
  if (value.includes('--')) problems.push('must not contain consecutive hyphens');
  if (value.startsWith('-') || value.endsWith('-')) problems.push('must not begin or end with a hyphen');
  return problems;
}

export function checkPortNumber(port: number): Problems {
  return checkRange(port, 1, 65535);
}

export function checkRange(value: number, min: number, max: number): Problems {
  return value >= min && value <= max ? none : [`must be between ${min} and ${max}, inclusive`];
}

/** User and group ids. */
export function checkUserId(id: number): Problems {
  return checkRange(id, 0, 2147483647);
}

/** Kubernetes: `IsEnvVarName`, the strict form. */
export function checkEnvVarName(value: string): Problems {
  const problems = patterns.envVarName.test(value)
    ? []
    : [
        explainPattern(
          "a valid environment variable name must consist of alphabetic characters, digits, '_', '-', or '.', and must not start with a digit",
          envVarName,
          'my.env-name',
          'MY_ENV.NAME',
          'MyEnvName1',
        ),
      ];
  return [...problems, ...checkNotParentDirectory(value)];
}

/** Kubernetes: `IsRelaxedEnvVarName`: printable ASCII without `=`. */
export function checkRelaxedEnvVarName(value: string): Problems {
  if (value === '') return [`environment variable name ${emptyText}`];
  return /^[\x20-\x3c\x3e-\x7e]+$/.test(value)
    ? none
    : ["a valid environment variable name must consist only of printable ASCII characters other than '='"];
}

/** A key of a ConfigMap or Secret. */
export function checkConfigMapKey(value: string): Problems {
  const problems: string[] = [];
  if (utf8Length(value) > 253) problems.push(tooManyCharacters(253));
  if (!patterns.configMapKey.test(value)) {
    problems.push(
      explainPattern(
        "a valid config key must consist of alphanumeric characters, '-', '_' or '.'",
        configMapKey,
        'key.name',
        'KEY_NAME',
        'key-name',
      ),
    );
  }
  return [...problems, ...checkNotParentDirectory(value)];
}

function checkNotParentDirectory(value: string): Problems {
  if (value === '.') return ["must not be '.'"];
  if (value === '..') return ["must not be '..'"];
  return value.startsWith('..') ? ["must not start with '..'"] : none;
}

export function checkCIdentifier(value: string): Problems {
  return patterns.cIdentifier.test(value)
    ? none
    : [
        explainPattern(
          "a valid C identifier must start with alphabetic character or '_', followed by a string of alphanumeric characters or '_'",
          cIdentifier,
          'my_name',
          'MY_NAME',
          'MyName',
        ),
      ];
}

export function checkPercent(value: string): Problems {
  return patterns.percent.test(value)
    ? none
    : [
        explainPattern(
          "a valid percent string must be a numeric string followed by an ending '%'",
          percent,
          '1%',
          '93%',
        ),
      ];
}

export function checkHttpHeaderName(value: string): Problems {
  return patterns.httpHeaderName.test(value)
    ? none
    : [
        explainPattern(
          "a valid HTTP header must consist of alphanumeric characters or '-'",
          httpHeaderName,
          'X-Header-Name',
        ),
      ];
}

/** The path part of a domain-prefixed path (`acme.io/foo`). */
export function checkHttpPath(value: string): Problems {
  return patterns.httpPath.test(value) ? none : [explainPattern('Invalid path', "[A-Za-z0-9/\\-._~%!$&'()*+,;=:]+")];
}
