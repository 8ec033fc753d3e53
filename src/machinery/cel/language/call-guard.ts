import type { CelType } from './cel-type.ts';
import { type CelFailure, fail, noSuchOverload } from './failure.ts';
import {
  CelDuration,
  CelObject,
  CelOptional,
  CelTimestamp,
  CelTypeValue,
  CelUint,
  isList,
  isMap,
  typeNameOf,
} from './values.ts';

type Signatures = readonly (readonly CelType[])[];

/** Operators judge for themselves what they are given. */
export function isGuarded(name: string): boolean {
  return !/^[_!@-]/.test(name);
}

/** Why a function cannot take values that only came to light in running; undefined when it can. */
export function refuseCall(name: string, signatures: Signatures, values: readonly unknown[]): CelFailure | undefined {
  for (const params of signatures) if (areOf(params, values)) return undefined;
  if (untold.has(name)) return noSuchOverload;
  if (name === 'size') return fail('no such overload: size');
  return fail(`no such overload: ${name}(${values.map(typeNameOf).join(', ')})`);
}

/** Kubernetes: cel-go leaves these to the values, which say less. */
const untold: ReadonlySet<string> = new Set(['contains', 'startsWith', 'endsWith']);

function areOf(params: readonly CelType[], values: readonly unknown[]): boolean {
  for (let i = 0; i < values.length; i++) if (!isOf(params[i]!, values[i])) return false;
  return true;
}

function isOf({ kind, name }: CelType, value: unknown): boolean {
  switch (kind) {
    case 'bool':
      return typeof value === 'boolean';
    case 'int':
      return typeof value === 'bigint';
    case 'double':
      return typeof value === 'number';
    case 'string':
      return typeof value === 'string';
    case 'uint':
      return value instanceof CelUint;
    case 'bytes':
      return value instanceof Uint8Array;
    case 'list':
      return isList(value);
    case 'map':
      return isMap(value);
    case 'null':
      return value === null;
    case 'duration':
      return value instanceof CelDuration;
    case 'timestamp':
      return value instanceof CelTimestamp;
    case 'type':
      return value instanceof CelTypeValue;
    case 'opaque':
    case 'object':
      if (name === 'optional_type') return value instanceof CelOptional;
      return value instanceof CelObject && value.typeName === name;
    default:
      return true;
  }
}
