import {
  checkConfigMapKey,
  type FieldError,
  fieldError,
  invalidEach,
  utf8Length,
  validateImmutable,
} from '../../machinery/index.ts';
import { type ConfigMap, configMaps } from '../generated/index.ts';
import { defineKind } from './define-kind.ts';
import { ageColumn, looseColumn, nameColumn } from './table-columns.ts';

/** Kubernetes: `MaxSecretSize`, which holds for ConfigMaps too. */
const bytesMax = 1024 * 1024;

/** Kubernetes: `ValidateConfigMap`. */
function validateConfigMap(config: ConfigMap): readonly FieldError[] {
  const errors: FieldError[] = [];
  let bytes = 0;
  for (const [key, value] of Object.entries(config.data ?? {})) {
    errors.push(...invalidEach(`data[${key}]`, key, checkConfigMapKey(key)));
    if (config.binaryData?.[key] !== undefined)
      errors.push(fieldError.invalid(`data[${key}]`, key, 'duplicate of key present in binaryData'));
    bytes += utf8Length(value);
  }
  for (const [key, value] of Object.entries(config.binaryData ?? {})) {
    errors.push(...invalidEach(`binaryData[${key}]`, key, checkConfigMapKey(key)));
    bytes += decodedLength(value);
  }
  if (bytes > bytesMax) errors.push(fieldError.tooLong('', bytesMax));
  return errors;
}

/** Bytes that a base64 text stands for. */
export function decodedLength(base64: string): number {
  const padding = base64.endsWith('==') ? 2 : base64.endsWith('=') ? 1 : 0;
  return Math.floor((base64.length * 3) / 4) - padding;
}

function validateConfigMapUpdate(config: ConfigMap, old: ConfigMap): readonly FieldError[] {
  if (old.immutable !== true) return [];
  const errors: FieldError[] = [];
  if (config.immutable !== true)
    errors.push(fieldError.forbidden('immutable', 'field is immutable when `immutable` is set'));
  for (const field of ['data', 'binaryData'] as const) {
    if (validateImmutable(config[field], old[field], field).length > 0) {
      errors.push(fieldError.forbidden(field, 'field is immutable when `immutable` is set'));
    }
  }
  return errors;
}

export const configMap = defineKind(configMaps, {
  hasGeneration: false,
  validateCreate: validateConfigMap,
  validateUpdate: validateConfigMapUpdate,
  columns: [
    nameColumn,
    looseColumn<ConfigMap>(
      'Data',
      'How many keys it has.',
      config => Object.keys(config.data ?? {}).length + Object.keys(config.binaryData ?? {}).length,
    ),
    ageColumn,
  ],
});
