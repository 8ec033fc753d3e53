import type { Environment } from '@marcbachmann/cel-js';
import { Optional } from '@marcbachmann/cel-js';
import {
  checkDns1035Label,
  checkDns1123Label,
  checkDns1123Subdomain,
  checkLabelValue,
  checkQualifiedName,
} from '../../names/name-formats.ts';
import { hasFormat } from '../../schema/value-format.ts';

type Validate = (text: string) => readonly string[];

class CelFormat {
  readonly validate: Validate;

  constructor(validate: Validate) {
    this.validate = validate;
  }
}

class FormatNamespace {}

/** Kubernetes: a prefix may end in a dash, because a suffix will follow. */
function asPrefix(validate: Validate): Validate {
  return text => validate(text.endsWith('-') ? `${text.slice(0, -1)}a` : text);
}

function byFormat(format: string, problem: string): Validate {
  return text => (hasFormat(format, text) ? [] : [problem]);
}

const formats: Readonly<Record<string, Validate>> = {
  dns1123Label: checkDns1123Label,
  dns1123Subdomain: checkDns1123Subdomain,
  dns1035Label: checkDns1035Label,
  qualifiedName: checkQualifiedName,
  dns1123LabelPrefix: asPrefix(checkDns1123Label),
  dns1123SubdomainPrefix: asPrefix(checkDns1123Subdomain),
  dns1035LabelPrefix: asPrefix(checkDns1035Label),
  labelValue: checkLabelValue,
  uri: byFormat('uri', 'invalid URI'),
  uuid: byFormat('uuid', 'does not match the UUID format'),
  byte: byFormat('byte', 'invalid base64'),
  date: byFormat('date', 'invalid date'),
  datetime: byFormat('datetime', 'invalid datetime'),
};

/** Kubernetes' named formats: `!format.dns1123Label().validate(self.name).hasValue()`. */
export function registerFormats(environment: Environment): void {
  const type = 'kubernetes.NamedFormat';
  environment
    .registerType(type, { ctor: CelFormat, fields: {} })
    .registerType('kubernetes.Formats', { ctor: FormatNamespace, fields: {} })
    .registerConstant('format', 'kubernetes.Formats', new FormatNamespace())
    .registerFunction(`kubernetes.Formats.named(string): optional<${type}>`, (_: unknown, name: string) => {
      const validate = Object.hasOwn(formats, name) ? formats[name] : undefined;
      return validate === undefined ? Optional.none() : Optional.of(new CelFormat(validate));
    })
    .registerFunction(`${type}.validate(string): optional<list<string>>`, (format: CelFormat, text: string) => {
      const problems = format.validate(text);
      return problems.length === 0 ? Optional.none() : Optional.of([...problems]);
    });
  for (const [name, validate] of Object.entries(formats)) {
    environment.registerFunction(`kubernetes.Formats.${name}(): ${type}`, () => new CelFormat(validate));
  }
}
