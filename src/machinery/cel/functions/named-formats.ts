import {
  checkDns1035Label,
  checkDns1123Label,
  checkDns1123Subdomain,
  checkLabelValue,
  checkQualifiedName,
} from '../../names/name-formats.ts';
import { hasFormat } from '../../schema/value-format.ts';
import type { FunctionBody, Functions } from '../language/program.ts';
import { CelObject, CelOptional } from '../language/values.ts';

type Validate = (text: string) => readonly string[];

class CelFormat extends CelObject {
  readonly typeName = 'kubernetes.NamedFormat';
  readonly name: string;
  readonly validate: Validate;

  constructor(name: string, validate: Validate) {
    super();
    this.name = name;
    this.validate = validate;
  }

  equals(other: CelObject): boolean {
    return other instanceof CelFormat && other.name === this.name;
  }
}

/** Kubernetes: a prefix may end in a dash, because a suffix will follow. */
function asPrefix(validate: Validate): Validate {
  return text => validate(text.endsWith('-') ? `${text.slice(0, -1)}a` : text);
}

function byFormat(format: string, problem: string): Validate {
  return text => (hasFormat(format, text) ? [] : [problem]);
}

const formats: ReadonlyMap<string, CelFormat> = new Map(
  Object.entries({
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
  } satisfies Record<string, Validate>).map(([name, validate]) => [name, new CelFormat(name, validate)] as const),
);

/** `!format.dns1123Label().validate(self.name).hasValue()`. */
export const namedFormats: Functions = {
  ...Object.fromEntries([...formats].map(([name, format]): [string, FunctionBody] => [`format.${name}`, () => format])),
  'format.named': name => {
    const format = formats.get(name as string);
    return format === undefined ? CelOptional.none : CelOptional.of(format);
  },
  validate: (format, text) => {
    const problems = (format as CelFormat).validate(text as string);
    return problems.length === 0 ? CelOptional.none : CelOptional.of([...problems]);
  },
};
