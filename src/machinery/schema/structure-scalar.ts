import { type FieldError, fieldError } from '../field-error.ts';
import { canonicalizeQuantity, checkQuantity } from '../quantity/index.ts';
import type { ScalarSchema } from './schema.ts';
import { reject, type StructureCheck, type StructureSink, wrongType } from './structure-problem.ts';
import { normalizeMicroTime, normalizeTime } from './time-text.ts';

/** Quantities that are already as Kubernetes writes them: nearly all. */
const canonicalQuantity = /^(?:0|[1-9]\d{0,2}(?:m|k|M|G|T|Ki|Mi|Gi|Ti)?)$/;
const base64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
const int32Min = -2147483648;
const int32Max = 2147483647;

/** The check of a scalar of a built-in kind; normalizes as Go's decoding and encoding would. */
export function checkScalar(schema: ScalarSchema): StructureCheck {
  switch (schema.type) {
    case 'boolean':
      return checkBoolean;
    case 'integer':
      return schema.format === 'int32' ? checkInt32 : checkInt64;
    case 'number':
      return checkNumber;
    case 'int-or-string':
      return checkIntOrString;
    case 'string':
      return (schema.format === undefined ? undefined : stringChecks.get(schema.format)) ?? checkString;
  }
}

const checkString: StructureCheck = (value, path, sink) =>
  typeof value === 'string' ? value : reject(() => wrongType(path, 'string', value), value, sink);

const checkBoolean: StructureCheck = (value, path, sink) =>
  typeof value === 'boolean' ? value : reject(() => wrongType(path, 'boolean', value), value, sink);

const checkNumber: StructureCheck = (value, path, sink) =>
  typeof value === 'number' ? value : reject(() => wrongType(path, 'number', value), value, sink);

const checkInt32: StructureCheck = (value, path, sink) =>
  Number.isInteger(value) && (value as number) >= int32Min && (value as number) <= int32Max
    ? value
    : rejectInteger(value, path, sink, `must be between ${int32Min} and ${int32Max}, inclusive`);

const checkInt64: StructureCheck = (value, path, sink) =>
  Number.isInteger(value) && Math.abs(value as number) <= 2 ** 63
    ? value
    : rejectInteger(value, path, sink, 'must be a 64-bit integer');

function rejectInteger(value: unknown, path: string, sink: StructureSink | undefined, range: string): unknown {
  const error = (): FieldError =>
    Number.isInteger(value) ? fieldError.invalid(path, value, range) : wrongType(path, 'integer', value);
  return reject(error, value, sink);
}

const checkIntOrString: StructureCheck = (value, path, sink) =>
  typeof value === 'string'
    ? value
    : typeof value === 'number'
      ? checkInt32(value, path, sink)
      : reject(() => wrongType(path, 'integer,string', value), value, sink);

const checkQuantityText: StructureCheck = (value, path, sink) => {
  if (typeof value === 'string' && canonicalQuantity.test(value)) return value;
  if (typeof value !== 'string' && typeof value !== 'number') {
    return reject(() => wrongType(path, 'string,number', value), value, sink);
  }
  const canonical = canonicalizeQuantity(value);
  return canonical ?? reject(() => fieldError.invalid(path, value, checkQuantity(value) ?? ''), value, sink);
};

/** Kubernetes: encoding/json decodes standard base64 and skips line ends. */
const checkBytes: StructureCheck = (value, path, sink) => {
  if (typeof value !== 'string') return reject(() => wrongType(path, 'string', value), value, sink);
  if (base64.test(value)) return value;
  const text = value.replace(/[\r\n]/g, '');
  return base64.test(text) ? text : reject(() => fieldError.invalid(path, value, 'must be base64'), value, sink);
};

function checkTimeWith(normalize: (text: string) => string | undefined): StructureCheck {
  return (value, path, sink) => {
    if (typeof value !== 'string') return reject(() => wrongType(path, 'string', value), value, sink);
    const detail = 'must be a date and time as in RFC 3339, such as 2006-01-02T15:04:05Z';
    const time = normalize(value) ?? reject(() => fieldError.invalid(path, value, detail), value, sink);
    // Kubernetes: Go's zero time is written as null, which is nothing.
    return value.startsWith('0001-01-01T00:00:00') ? undefined : time;
  };
}

const stringChecks: ReadonlyMap<string, StructureCheck> = new Map([
  ['quantity', checkQuantityText],
  ['byte', checkBytes],
  ['time', checkTimeWith(normalizeTime)],
  ['micro-time', checkTimeWith(normalizeMicroTime)],
]);
