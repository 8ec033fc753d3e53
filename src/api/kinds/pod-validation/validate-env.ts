import {
  canonicalizeQuantity,
  checkConfigMapKey,
  checkDns1123Subdomain,
  checkQualifiedName,
  checkRelaxedEnvVarName,
  fieldError,
  invalidEach,
  nameChecks,
  quantityToNumber,
} from '../../../machinery/index.ts';
import type {
  ConfigMapKeySelector,
  EnvFromSource,
  EnvVar,
  EnvVarSource,
  FileKeySelector,
  ObjectFieldSelector,
  ResourceFieldSelector,
} from '../../generated/index.ts';
import { checkLabelField, checkNoBacksteps, type Errors } from './field-checks.ts';

/** What an environment variable may take from its pod. */
const envFields = [
  'metadata.name',
  'metadata.namespace',
  'metadata.uid',
  'spec.nodeName',
  'spec.serviceAccountName',
  'status.hostIP',
  'status.hostIPs',
  'status.podIP',
  'status.podIPs',
];
/** What a file may take from its pod. */
export const volumeFields = [
  'metadata.annotations',
  'metadata.labels',
  'metadata.name',
  'metadata.namespace',
  'metadata.uid',
];
const resourceFields = [
  'limits.cpu',
  'limits.ephemeral-storage',
  'limits.memory',
  'requests.cpu',
  'requests.ephemeral-storage',
  'requests.memory',
];
/** Every field that the downward API knows at all. */
const knownFields: ReadonlySet<string> = new Set([
  ...envFields,
  ...volumeFields,
  'spec.restartPolicy',
  'status.phase',
  'spec.schedulerName',
]);

/** Kubernetes: `ValidateEnv`. */
export function checkEnv(errors: Errors, field: string, variables: readonly EnvVar[] | undefined): void {
  for (const [index, variable] of (variables ?? []).entries()) {
    const at = `${field}[${index}]`;
    if ((variable.name ?? '') === '') errors.push(fieldError.required(`${at}.name`));
    else errors.push(...invalidEach(`${at}.name`, variable.name, checkRelaxedEnvVarName(variable.name)));
    if (variable.valueFrom !== undefined) checkValueFrom(errors, `${at}.valueFrom`, variable.valueFrom, variable.value);
  }
}

function checkValueFrom(errors: Errors, field: string, source: EnvVarSource, value: string | undefined): void {
  const { fieldRef, resourceFieldRef, configMapKeyRef, secretKeyRef, fileKeyRef } = source;
  if (fieldRef !== undefined) checkFieldRef(errors, `${field}.fieldRef`, fieldRef, envFields);
  if (resourceFieldRef !== undefined) checkResourceRef(errors, `${field}.resourceFieldRef`, resourceFieldRef, false);
  if (configMapKeyRef !== undefined) checkKeyRef(errors, `${field}.configMapKeyRef`, configMapKeyRef);
  if (secretKeyRef !== undefined) checkKeyRef(errors, `${field}.secretKeyRef`, secretKeyRef);
  if (fileKeyRef !== undefined) checkFileRef(errors, `${field}.fileKeyRef`, fileKeyRef);
  const count = [fieldRef, resourceFieldRef, configMapKeyRef, secretKeyRef, fileKeyRef].filter(
    ref => ref !== undefined,
  ).length;
  const problem =
    count === 0
      ? 'must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`'
      : (value ?? '') !== ''
        ? 'may not be specified when `value` is not empty'
        : count > 1
          ? 'may not have more than one field specified at a time'
          : undefined;
  if (problem !== undefined) errors.push(fieldError.invalid(field, '', problem));
}

function checkFileRef(errors: Errors, field: string, ref: FileKeySelector): void {
  if ((ref.key ?? '') === '') errors.push(fieldError.required(`${field}.key`));
  else errors.push(...invalidEach(`${field}.key`, ref.key, checkRelaxedEnvVarName(ref.key)));
  checkLabelField(errors, `${field}.volumeName`, ref.volumeName);
  if ((ref.path ?? '') === '') errors.push(fieldError.required(`${field}.path`));
  else checkNoBacksteps(errors, `${field}.path`, ref.path);
}

function checkKeyRef(errors: Errors, field: string, ref: ConfigMapKeySelector): void {
  const name = ref.name ?? '';
  errors.push(...invalidEach(`${field}.name`, name, checkDns1123Subdomain(name)));
  if ((ref.key ?? '') === '') errors.push(fieldError.required(`${field}.key`));
  else errors.push(...invalidEach(`${field}.key`, ref.key, checkConfigMapKey(ref.key)));
}

const subscripted = /^(.*)\['(.*)'\]$/;

/** Kubernetes: `validateObjectFieldSelector`. */
export function checkFieldRef(
  errors: Errors,
  field: string,
  ref: ObjectFieldSelector,
  supported: readonly string[],
): void {
  const path = ref.fieldPath ?? '';
  if (path === '') {
    errors.push(fieldError.required(`${field}.fieldPath`));
    return;
  }
  const match = subscripted.exec(path);
  if (match !== null) {
    const [, base, subscript] = match as unknown as [string, string, string];
    if (base === 'metadata.annotations')
      errors.push(...invalidEach(field, subscript.toLowerCase(), checkQualifiedName(subscript.toLowerCase())));
    else if (base === 'metadata.labels') errors.push(...invalidEach(field, subscript, checkQualifiedName(subscript)));
    else
      errors.push(
        fieldError.invalid(
          `${field}.fieldPath`,
          path,
          `error converting fieldPath: field label does not support subscript`,
        ),
      );
    return;
  }
  if (!knownFields.has(path)) {
    errors.push(
      fieldError.invalid(`${field}.fieldPath`, path, `error converting fieldPath: field label not supported: ${path}`),
    );
  } else if (!supported.includes(path)) errors.push(fieldError.notSupported(`${field}.fieldPath`, path, supported));
}

/** Kubernetes: `validateContainerResourceFieldSelector`. */
export function checkResourceRef(errors: Errors, field: string, ref: ResourceFieldSelector, isVolume: boolean): void {
  const resource = ref.resource ?? '';
  const isHugePage = resource.startsWith('requests.hugepages-') || resource.startsWith('limits.hugepages-');
  if (isVolume && (ref.containerName ?? '') === '') errors.push(fieldError.required(`${field}.containerName`));
  else if (resource === '') errors.push(fieldError.required(`${field}.resource`));
  else if (!resourceFields.includes(resource) && !isHugePage) {
    errors.push(fieldError.notSupported(`${field}.resource`, resource, resourceFields));
  }
  checkDivisor(errors, field, resource, ref.divisor);
}

const sizes = ['1', '1k', '1M', '1G', '1T', '1P', '1E', '1Ki', '1Mi', '1Gi', '1Ti', '1Pi', '1Ei'];

function checkDivisor(errors: Errors, field: string, resource: string, divisor: string | undefined): void {
  if (divisor === undefined || quantityToNumber(divisor) === 0) return;
  const text = canonicalizeQuantity(divisor) ?? '';
  const kind = resource.slice(resource.indexOf('.') + 1);
  if (kind === 'cpu') {
    if (text === '1' || text === '1m') return;
    errors.push(
      fieldError.invalid(
        `${field}.divisor`,
        resource,
        "only divisor's values 1m and 1 are supported with the cpu resource",
      ),
    );
    return;
  }
  const what = kind === 'memory' ? 'memory' : kind === 'ephemeral-storage' ? 'local ephemeral storage' : 'hugepages';
  const isKnown = kind === 'memory' || kind === 'ephemeral-storage' || kind.startsWith('hugepages-');
  if (!isKnown || sizes.includes(text)) return;
  const detail = `only divisor's values ${sizes.join(', ')} are supported with the ${what} resource`;
  errors.push(fieldError.invalid(`${field}.divisor`, resource, detail));
}

/** Kubernetes: `ValidateEnvFrom`. */
export function checkEnvFrom(errors: Errors, field: string, sources: readonly EnvFromSource[] | undefined): void {
  for (const [index, source] of (sources ?? []).entries()) {
    const at = `${field}[${index}]`;
    if ((source.prefix ?? '') !== '')
      errors.push(...invalidEach(`${at}.prefix`, source.prefix, checkRelaxedEnvVarName(source.prefix!)));
    const { configMapRef, secretRef } = source;
    if (configMapRef !== undefined) checkRefName(errors, `${at}.configMapRef.name`, configMapRef.name);
    if (secretRef !== undefined) checkRefName(errors, `${at}.secretRef.name`, secretRef.name);
    if (configMapRef === undefined && secretRef === undefined) {
      errors.push(fieldError.invalid(field, '', 'must specify one of: `configMapRef` or `secretRef`'));
    } else if (configMapRef !== undefined && secretRef !== undefined) {
      errors.push(fieldError.invalid(field, '', 'may not have more than one field specified at a time'));
    }
  }
}

function checkRefName(errors: Errors, field: string, name: string | undefined): void {
  if ((name ?? '') === '') errors.push(fieldError.required(field));
  else errors.push(...invalidEach(field, name, nameChecks.dnsSubdomain(name!, true)));
}
