import {
  checkConfigMapKey,
  type FieldError,
  fieldError,
  invalidEach,
  isSemanticallyEqual,
  validateImmutable,
} from '../../machinery/index.ts';
import { type Secret, secrets } from '../generated/index.ts';
import { decodedLength } from './config-map.ts';
import { defineKind } from './define-kind.ts';
import { ageColumn, looseColumn, nameColumn, textColumn } from './table-columns.ts';

const bytesMax = 1024 * 1024;

/** Kubernetes: `stringData` is written into `data`, where it wins, and is never kept. */
function setDefaults(secret: Secret): Secret {
  if (secret.type !== undefined && secret.type !== '' && secret.stringData === undefined) return secret;
  const { stringData, ...rest } = secret;
  const type = secret.type || 'Opaque';
  if (stringData === undefined) return { ...rest, type };
  const encoded = Object.fromEntries(Object.entries(stringData).map(([key, text]) => [key, encodeBase64(text)]));
  return { ...rest, type, data: { ...secret.data, ...encoded } };
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** The UTF-8 bytes of a text in base64. */
function encodeBase64(text: string): string {
  const bytes = utf8Bytes(text);
  let out = '';
  for (let at = 0; at < bytes.length; at += 3) {
    const group = (bytes[at]! << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0);
    const digits = [group >> 18, (group >> 12) & 63, (group >> 6) & 63, group & 63].map(digit => alphabet[digit]);
    const count = bytes.length - at;
    out += `${digits[0]}${digits[1]}${count > 1 ? digits[2] : '='}${count > 2 ? digits[3] : '='}`;
  }
  return out;
}

function utf8Bytes(text: string): number[] {
  const bytes: number[] = [];
  for (const char of text) {
    const code = char.codePointAt(0)!;
    if (code < 0x80) bytes.push(code);
    else if (code < 0x800) bytes.push(0xc0 | (code >> 6), 0x80 | (code & 63));
    else if (code < 0x10000) bytes.push(0xe0 | (code >> 12), 0x80 | ((code >> 6) & 63), 0x80 | (code & 63));
    else bytes.push(0xf0 | (code >> 18), 0x80 | ((code >> 12) & 63), 0x80 | ((code >> 6) & 63), 0x80 | (code & 63));
  }
  return bytes;
}

/** Kubernetes: `ValidateSecret`. */
function validateSecret(secret: Secret): readonly FieldError[] {
  const errors: FieldError[] = [];
  const data = secret.data ?? {};
  let bytes = 0;
  for (const key in data) {
    errors.push(...invalidEach(`data[${key}]`, key, checkConfigMapKey(key)));
    bytes += decodedLength(data[key]!);
  }
  if (bytes > bytesMax) errors.push(fieldError.tooLong('data', bytesMax));
  return [...errors, ...validateContents(secret)];
}

/** What each well-known type must hold. */
function validateContents(secret: Secret): readonly FieldError[] {
  const data = secret.data ?? {};
  const requireKey = (key: string): readonly FieldError[] =>
    data[key] === undefined ? [fieldError.required(`data[${key}]`)] : [];
  switch (secret.type) {
    case 'kubernetes.io/service-account-token':
      return (secret.metadata.annotations?.['kubernetes.io/service-account.name'] ?? '') === ''
        ? [fieldError.required('metadata.annotations[kubernetes.io/service-account.name]')]
        : [];
    case 'kubernetes.io/dockercfg':
      return [...requireKey('.dockercfg'), ...validateJson(data['.dockercfg'], 'data[.dockercfg]')];
    case 'kubernetes.io/dockerconfigjson':
      return [
        ...requireKey('.dockerconfigjson'),
        ...validateJson(data['.dockerconfigjson'], 'data[.dockerconfigjson]'),
      ];
    case 'kubernetes.io/basic-auth':
      return data['username'] === undefined && data['password'] === undefined
        ? [fieldError.required('data[username]'), fieldError.required('data[password]')]
        : [];
    case 'kubernetes.io/ssh-auth':
      return (data['ssh-privatekey'] ?? '') === '' ? [fieldError.required('data[ssh-privatekey]')] : [];
    case 'kubernetes.io/tls':
      return [...requireKey('tls.crt'), ...requireKey('tls.key')];
    default:
      return [];
  }
}

/** Kubernetes: Docker configurations must be JSON. */
function validateJson(base64: string | undefined, field: string): readonly FieldError[] {
  if (base64 === undefined) return [];
  try {
    JSON.parse(decodeLatin(base64));
    return [];
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return [fieldError.invalid(field, '<secret contents redacted>', error.message)];
  }
}

/** The bytes of a base64 text, each as one character: enough to see whether it is JSON. */
function decodeLatin(base64: string): string {
  let out = '';
  let bits = 0;
  let count = 0;
  for (const char of base64) {
    const digit = alphabet.indexOf(char);
    if (digit < 0) continue;
    bits = (bits << 6) | digit;
    count += 6;
    if (count < 8) continue;
    count -= 8;
    out += String.fromCharCode((bits >> count) & 255);
    bits &= (1 << count) - 1;
  }
  return out;
}

function validateSecretUpdate(secret: Secret, old: Secret): readonly FieldError[] {
  const errors: FieldError[] = [...validateImmutable(secret.type, old.type, 'type')];
  if (old.immutable !== true) return errors;
  if (secret.immutable !== true)
    errors.push(fieldError.forbidden('immutable', 'field is immutable when `immutable` is set'));
  if (!isSemanticallyEqual(secret.data, old.data)) {
    errors.push(fieldError.forbidden('data', 'field is immutable when `immutable` is set'));
  }
  return errors;
}

export const secret = defineKind(secrets, {
  hasGeneration: false,
  setDefaults,
  // Kubernetes: an update that does not say the type keeps it.
  prepareForUpdate: (object, old) => ((object.type ?? '') === '' ? { ...object, type: old.type } : object),
  validateCreate: validateSecret,
  validateUpdate: validateSecretUpdate,
  selectableFields: { type: object => object.type ?? '' },
  columns: [
    nameColumn,
    textColumn<Secret>('Type', 'What sort of secret it is.', object => object.type ?? ''),
    looseColumn<Secret>('Data', 'How many keys it has.', object => Object.keys(object.data ?? {}).length),
    ageColumn,
  ],
});
