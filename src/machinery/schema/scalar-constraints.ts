import { RE2JS } from 're2js';
import { fieldError } from '../field-error.ts';
import type { JsonSchema } from './json-schema.ts';
import type { Check, Findings } from './value-check.ts';
import { hasFormat } from './value-format.ts';

function countCodePoints(text: string): number {
  let count = 0;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code >= 0xd800 && code < 0xdc00 && index + 1 < text.length) index++;
    count++;
  }
  return count;
}

/** Kubernetes: of length and pattern only the first failure is told. */
export function compileString(schema: JsonSchema): Check | undefined {
  const { maxLength, minLength, pattern, format } = schema;
  if (maxLength === undefined && minLength === undefined && pattern === undefined && format === undefined) {
    return undefined;
  }
  const expression = pattern === undefined || pattern === '' ? undefined : RE2JS.compile(pattern);
  return (value, path, findings) => {
    findings.checks++;
    const text = value as string;
    if (maxLength !== undefined && text.length > maxLength && countCodePoints(text) > maxLength) {
      findings.errors.push(fieldError.tooLong(path, maxLength));
    } else if (minLength !== undefined && countCodePoints(text) < minLength) {
      const detail = `${path} in body should be at least ${minLength} chars long`;
      findings.errors.push(fieldError.invalid(path, text, detail));
    } else if (expression !== undefined && !expression.test(text)) {
      findings.errors.push(fieldError.invalid(path, text, `${path} in body should match '${pattern}'`));
    }
    if (format !== undefined && (schema.type === undefined || schema.type === 'string') && !hasFormat(format, text)) {
      const detail = `${path} in body must be of type ${format}: ${JSON.stringify(text)}`;
      findings.errors.push(fieldError.typeInvalid(path, text, detail));
    }
  };
}

/** What Go reads as an integer; anything else is a float. */
export function isInt64(value: number): boolean {
  return Number.isInteger(value) && value >= -(2 ** 63) && value < 2 ** 63;
}

function isMultiple(value: number, factor: number): boolean {
  return Number.isInteger(factor < 1 ? (1 / factor) * value : value / factor);
}

const numberFormats: Readonly<Record<string, { type: string; fits: (value: number) => boolean }>> = {
  int32: { type: 'integer', fits: value => value >= -2147483648 && value <= 2147483647 },
  int64: { type: 'integer', fits: value => value >= -(2 ** 63) && value <= 2 ** 63 },
  float: { type: 'number', fits: value => Number.isFinite(Math.fround(value)) },
};

export function compileNumber(schema: JsonSchema): Check | undefined {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf, format } = schema;
  const range = format === undefined ? undefined : numberFormats[format];
  const enforced = range?.type === schema.type ? range : undefined;
  const isIntegral = schema.type === 'integer';
  if (
    minimum === undefined &&
    maximum === undefined &&
    multipleOf === undefined &&
    !isIntegral &&
    enforced === undefined
  )
    return undefined;
  const tell = (path: string, value: number, text: string, findings: Findings): void => {
    findings.errors.push(fieldError.invalid(path, value, `${path} in body should be ${text}`));
  };
  return (input, path, findings) => {
    const value = input as number;
    findings.checks++;
    const isOut = Number.isInteger(value) && enforced?.fits(value) === false;
    if (isOut || (isIntegral && !isInt64(value))) {
      const text = enforced === undefined ? '(default format)' : `with format ${format}`;
      const detail = `Checked value must be of type ${schema.type} ${text} in ${path}`;
      findings.errors.push(fieldError.invalid('<nil>', '', detail));
    }
    if (multipleOf !== undefined && !isMultiple(value, multipleOf)) {
      tell(path, value, `a multiple of ${multipleOf}`, findings);
    }
    if (minimum !== undefined && (exclusiveMinimum === true ? value <= minimum : value < minimum)) {
      tell(path, value, `greater than ${exclusiveMinimum === true ? '' : 'or equal to '}${minimum}`, findings);
    }
    if (maximum !== undefined && (exclusiveMaximum === true ? value >= maximum : value > maximum)) {
      tell(path, value, `less than ${exclusiveMaximum === true ? '' : 'or equal to '}${maximum}`, findings);
    }
  };
}
