import {
  type Decoded,
  decodeJson,
  type FieldError,
  fieldError,
  formatFieldErrors,
  loadYamlDecoder,
} from '../../machinery/index.ts';
import { EncryptionConfigurationError } from './encryption-error.ts';

/** Kubernetes: `apiserver.config.k8s.io/v1` EncryptionConfiguration. */
export interface EncryptionConfiguration {
  readonly resources: readonly EncryptedResources[];
}

export interface EncryptedResources {
  /** `secrets`, `deployments.apps`, `*.apps`, `*.` for the core group, `*.*`. */
  readonly resources: readonly string[];
  /** The first one writes, all read. */
  readonly providers: readonly ProviderConfiguration[];
}

export interface ProviderConfiguration {
  readonly aesgcm?: Keys | undefined;
  readonly aescbc?: Keys | undefined;
  readonly secretbox?: Keys | undefined;
  readonly identity?: object | undefined;
  readonly kms?: object | undefined;
}

interface Keys {
  readonly keys: readonly EncryptionKey[];
}

export interface EncryptionKey {
  readonly name: string;
  /** In base64. */
  readonly secret: string;
}

export const keyedProviders = ['aesgcm', 'aescbc', 'secretbox'] as const;
const providerNames = ['kms', ...keyedProviders, 'identity'] as const;

/** Reads a configuration in YAML or JSON. Throws an `EncryptionConfigurationError` that never holds a key. */
export async function parseEncryptionConfiguration(text: string): Promise<EncryptionConfiguration> {
  const value = valueFrom(text.trimStart().startsWith('{') ? decodeJson(text) : (await loadYamlDecoder())(text));
  const { apiVersion, kind } = value;
  if (apiVersion !== 'apiserver.config.k8s.io/v1' || kind !== 'EncryptionConfiguration') {
    const version = JSON.stringify(apiVersion ?? '');
    throw new EncryptionConfigurationError(
      `no kind ${JSON.stringify(kind ?? '')} is registered for version ${version}`,
    );
  }
  const configuration = value as unknown as EncryptionConfiguration;
  checkShape(configuration);
  const errors = validate(configuration);
  if (errors.length > 0) throw new EncryptionConfigurationError(formatFieldErrors(errors));
  return configuration;
}

function valueFrom(decoded: Decoded): Readonly<Record<string, unknown>> {
  if (decoded.problem !== undefined) throw new EncryptionConfigurationError(decoded.problem);
  const { value } = decoded;
  if (isObject(value)) return value as Record<string, unknown>;
  throw new EncryptionConfigurationError('the configuration is no object');
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function checkShape({ resources }: EncryptionConfiguration): void {
  checkList('resources', resources, isObject);
  for (const [i, entry] of (resources ?? []).entries()) {
    checkList(`resources[${i}].resources`, entry.resources, item => typeof item === 'string');
    checkList(`resources[${i}].providers`, entry.providers, isObject);
    for (const [j, provider] of (entry.providers ?? []).entries()) {
      for (const name of keyedProviders) {
        checkList(`resources[${i}].providers[${j}].${name}.keys`, provider[name]?.keys, isObject);
      }
    }
  }
}

function checkList(field: string, value: unknown, isItem: (item: unknown) => boolean): void {
  if (value === undefined || value === null || (Array.isArray(value) && value.every(isItem))) return;
  throw new EncryptionConfigurationError(`${field} is not a list of what belongs there`);
}

/** Kubernetes: `ValidateEncryptionConfiguration`. */
function validate({ resources }: EncryptionConfiguration): readonly FieldError[] {
  if ((resources ?? []).length === 0) return [fieldError.required('resources', 'at least one resources is required')];
  return resources.flatMap((entry, i) => validateEntry(entry, `resources[${i}]`));
}

function validateEntry({ resources, providers }: EncryptedResources, field: string): readonly FieldError[] {
  const [names, list] = [`${field}.resources`, `${field}.providers`];
  return [
    ...((resources ?? []).length === 0 ? [fieldError.required(names, `at least one ${names} is required`)] : []),
    ...validateOverlap(resources ?? [], names),
    ...(resources ?? []).flatMap((name, i) => validateResource(name, `${names}[${i}]`)),
    ...((providers ?? []).length === 0 ? [fieldError.required(list, `at least one ${list} is required`)] : []),
    ...(providers ?? []).flatMap((provider, i) => validateProvider(provider, `${list}[${i}]`)),
  ];
}

function validateOverlap(resources: readonly string[], field: string): readonly FieldError[] {
  const parsed = resources.map(parseResource);
  const errors: FieldError[] = [];
  const isSame = (a: number, b: number): boolean =>
    parsed[a]!.group === parsed[b]!.group && parsed[a]!.resource === parsed[b]!.resource;
  const pairs = parsed.flatMap((_, a) => parsed.map((__, b) => [a, b] as const)).filter(([a, b]) => a !== b);
  if (pairs.some(([a, b]) => isSame(a, b))) {
    const text = 'the same resource cannot be specified multiple times';
    errors.push(fieldError.invalid(field, resources, text));
  }
  if (pairs.some(([a, b]) => !isSame(a, b) && masks(parsed[a]!, parsed[b]!))) {
    const text =
      "using overlapping resources such as 'secrets' and '*.' in the same resource list is not allowed as they will be masked";
    errors.push(fieldError.invalid(field, resources, text));
  }
  return errors;
}

interface GroupResource {
  readonly group: string;
  readonly resource: string;
}

function masks(one: GroupResource, other: GroupResource): boolean {
  if (one.group === '*' && one.resource === '*') return true;
  return one.group === other.group && one.resource === '*';
}

/** `deployments.apps`; what has no dot is of the core group. */
export function parseResource(text: string): GroupResource {
  const dot = text.indexOf('.');
  return dot < 0 ? { group: '', resource: text } : { group: text.slice(dot + 1), resource: text.slice(0, dot) };
}

function validateResource(name: string, field: string): readonly FieldError[] {
  const problem = describeResource(name);
  return problem === undefined ? [] : [fieldError.invalid(field, name, problem)];
}

function describeResource(name: string): string | undefined {
  if (/[A-Z]/.test(name)) return 'resource name should not contain capital letters';
  if (name === '*') return "use '*.' to encrypt all the resources from core API group or *.* to encrypt all resources";
  if (['apiserveripinfo', 'serviceipallocations', 'servicenodeportallocations'].includes(name)) {
    return 'resources which do not have REST API/s cannot be encrypted';
  }
  const { group, resource } = parseResource(name);
  if (group === 'events.k8s.io') {
    return "'*.events.k8s.io' objects are stored using the 'events' API group in etcd. Use 'events' instead in the config file";
  }
  if (group === 'extensions') return "'extensions' group has been removed and cannot be used for encryption";
  if (group === '*' && resource !== '*') return 'encrypting the same resource across groups is not supported';
  return undefined;
}

function validateProvider(provider: ProviderConfiguration, field: string): readonly FieldError[] {
  const found = providerNames.filter(name => provider[name] !== undefined);
  if (found.length === 0) {
    const text = 'provider does not contain any of the expected providers: KMS, AESGCM, AESCBC, Secretbox, Identity';
    return [fieldError.invalid(field, 'REDACTED', text)];
  }
  if (found.length > 1) {
    const text = 'more than one provider specified in a single element, should split into different list elements';
    return [fieldError.invalid(field, 'REDACTED', text)];
  }
  const [name] = found;
  if (name === 'identity') return [];
  if (name === 'kms') {
    // Differs from Kubernetes: there is no way to ask a key management service.
    return [fieldError.forbidden(`${field}.kms`, 'Sampan asks no key service: use aesgcm, aescbc or secretbox')];
  }
  return validateKeys(provider[name!]?.keys ?? [], `${field}.${name}.keys`, name === 'secretbox' ? [32] : [16, 24, 32]);
}

function validateKeys(keys: readonly EncryptionKey[], field: string, sizes: readonly number[]): readonly FieldError[] {
  if (keys.length === 0) return [fieldError.required(field, 'at least one keys is required')];
  return keys.flatMap((key, i) => validateKey(key, `${field}[${i}]`, sizes));
}

function validateKey({ name, secret }: EncryptionKey, field: string, sizes: readonly number[]): readonly FieldError[] {
  const errors: FieldError[] = [];
  if (!name) errors.push(fieldError.required(`${field}.name`, 'name is a mandatory field for a key'));
  if (!secret) return [...errors, fieldError.required(`${field}.secret`, 'secret is a mandatory field for a key')];
  const invalid = (text: string): readonly FieldError[] => [
    ...errors,
    fieldError.invalid(`${field}.secret`, 'REDACTED', text),
  ];
  if (typeof secret !== 'string' || !isBase64(secret)) return invalid('secrets must be base64 encoded');
  const { length } = Buffer.from(secret, 'base64');
  if (sizes.includes(length)) return errors;
  return invalid(`secret is not of the expected length, got ${length}, expected one of [${sizes.join(' ')}]`);
}

function isBase64(text: string): boolean {
  return /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(text.replaceAll(/[\r\n]/g, ''));
}
