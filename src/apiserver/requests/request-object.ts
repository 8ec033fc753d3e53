import {
  applyDefaults,
  checkStructure,
  type FieldError,
  fieldError,
  isJsonObject,
  type KubeObject,
  ownField,
  parseGroupVersion,
  type StatusError,
  setField,
  statusError,
} from '../../machinery/index.ts';
import type { CallContext } from '../core-contract.ts';
import type { Endpoint } from '../resources/endpoint.ts';
import { convertToServed, convertToStorage } from '../served-version.ts';

export type FieldValidation = 'Ignore' | 'Warn' | 'Strict';

export interface Findings {
  readonly object: KubeObject;
  /** As strict decoding words them: `unknown field "spec.foo"`. */
  readonly strict: readonly string[];
}

/**
 * A create's or update's body as an object in its served version: shape checked, unknown fields dropped (and refused or
 * warned of), defaults filled in. What it shares with `old` by reference was checked when that was written.
 */
export function readBody(
  endpoint: Endpoint,
  body: unknown,
  call: CallContext,
  directive: FieldValidation | undefined,
  old?: KubeObject,
): KubeObject {
  if (!isJsonObject(body)) throw statusError.badRequest('the object provided is unrecognized: it is not an object');
  const typed = withType(endpoint, body as unknown as KubeObject, call);
  const { object, strict } = readObject(endpoint, typed, old, errors => rejectShape(endpoint, typed, errors));
  const findings = orderFindings(endpoint, call, strict);
  if (findings.length > 0 && directive !== 'Ignore') {
    if (directive === 'Strict') throw strictError(endpoint, typed, findings);
    for (const finding of findings) call.warn(finding);
  }
  return object;
}

/**
 * Kubernetes: one decoder finds both in a built-in kind, so they are told in the order of the text; for objects of CRDs
 * unknown fields are looked for later.
 */
function orderFindings({ resource }: Endpoint, call: CallContext, strict: readonly string[]): readonly string[] {
  const { decodingFindings, placeOf } = call;
  if (decodingFindings === undefined || decodingFindings.length === 0) return strict;
  const findings = [...decodingFindings, ...strict];
  if (placeOf === undefined || strict.length === 0 || resource.crd !== undefined) return findings;
  const place = (finding: string): number => placeOf(finding.slice(finding.indexOf('"') + 1, -1));
  return findings.sort((a, b) => place(a) - place(b));
}

/**
 * Checks shape and fills in defaults; `reject` raises what is to be raised for a wrong shape. Kubernetes: nulls in a
 * CRD's objects say nothing, but where they were applied they are validated (`keepsNulls`).
 */
export function readObject(
  endpoint: Endpoint,
  object: KubeObject,
  old: KubeObject | undefined,
  reject: (errors: readonly FieldError[]) => StatusError,
  keepsNulls = false,
): Findings {
  const { schema } = endpoint;
  if (old === undefined) {
    const { value, errors, unknownFields } = checkStructure(schema, object, keepsNulls);
    if (errors.length > 0) throw reject(errors);
    return { object: applyDefaults(schema, withMetadata(value)), strict: unknownFields.map(unknownField) };
  }
  return readChanged(endpoint, object, old, reject, keepsNulls);
}

/** Only the top-level fields that are not the old object's own are looked at. */
function readChanged(
  endpoint: Endpoint,
  object: KubeObject,
  old: KubeObject,
  reject: (errors: readonly FieldError[]) => StatusError,
  keepsNulls: boolean,
): Findings {
  const { schema } = endpoint;
  const given = object as unknown as Readonly<Record<string, unknown>>;
  const before = old as unknown as Readonly<Record<string, unknown>>;
  const changed: Record<string, unknown> = {};
  for (const name in given) if (given[name] !== ownField(before, name)) setField(changed, name, given[name]);
  const { value, errors, unknownFields } = checkStructure(schema, changed, keepsNulls);
  if (errors.length > 0) throw reject(errors);
  let out: Record<string, unknown> | undefined;
  for (const name in changed) {
    const field = schema.fields.get(name);
    const read = ownField(value as unknown as Record<string, unknown>, name);
    const checked = field === undefined ? read : applyDefaults(field.schema, read);
    if (checked === given[name]) continue;
    out ??= { ...given };
    setField(out, name, checked);
  }
  for (const field of endpoint.defaultedFields) {
    if ((out ?? given)[field.name] !== undefined) continue;
    out ??= { ...given };
    out[field.name] = applyDefaults(field.schema, field.default);
  }
  const read = out === undefined ? object : (out as unknown as KubeObject);
  return {
    object: withMetadata(read),
    strict: unknownFields.length === 0 ? noFindings : unknownFields.map(unknownField),
  };
}

const noFindings: readonly string[] = [];

function unknownField(path: string): string {
  return `unknown field "${path}"`;
}

function withMetadata(object: KubeObject): KubeObject {
  return object.metadata === undefined ? { ...object, metadata: {} } : object;
}

/** Kubernetes: a body without a type is of the type that its path serves; with another one it is refused. */
function withType(endpoint: Endpoint, body: KubeObject, call: CallContext): KubeObject {
  const { apiVersion, kind } = body;
  if (apiVersion === endpoint.apiVersion && kind === endpoint.type.kind) return body;
  const wanted = endpoint.apiVersion;
  // Components within the process pass on what they read, which is in the version that is stored.
  const isBuiltIn = endpoint.resource.crd === undefined;
  if (
    isBuiltIn &&
    kind === endpoint.definition.storage.kind &&
    !endpoint.isStorageVersion &&
    isStorageVersion(endpoint, body)
  ) {
    return convertToServed(body, endpoint.resource);
  }
  if (!isBuiltIn && call.isLocal !== true) throw refuseType(endpoint, body);
  if (apiVersion && apiVersion !== wanted) {
    throw statusError.badRequest(
      `the API version in the data (${apiVersion}) does not match the expected API version (${wanted})`,
    );
  }
  if (kind && kind !== endpoint.type.kind) {
    throw statusError.badRequest(
      `${kind} in version "${endpoint.type.version}" cannot be handled as a ${endpoint.type.kind}: no kind "${kind}" is registered for this resource`,
    );
  }
  return { ...body, apiVersion: wanted, kind: endpoint.type.kind };
}

/** Kubernetes: objects of CRDs have to say what they are. */
function refuseType(endpoint: Endpoint, body: KubeObject): StatusError {
  const { apiVersion, kind } = body;
  const wanted = endpoint.type.kind;
  if (typeof kind !== 'string' || kind === '') {
    const text = JSON.stringify(body);
    return statusError.badRequest(
      `the object provided is unrecognized (must be of type ${wanted}): Object 'Kind' is missing in '${text}' (${text.length > 32 ? `${text.slice(0, 30)} ...` : text})`,
    );
  }
  if (apiVersion !== endpoint.apiVersion) {
    return statusError.badRequest(
      `the API version in the data (${apiVersion ?? ''}) does not match the expected API version (${endpoint.apiVersion})`,
    );
  }
  return rejectType(endpoint, body, nameOf(body));
}

/** Kubernetes: `ValidateObjectMeta…` of the extensions server: a wrong type is one of the object's mistakes. */
export function rejectType(endpoint: Endpoint, { apiVersion, kind }: KubeObject, name: string): StatusError {
  const wanted = endpoint.type.kind;
  const { group } = parseGroupVersion(apiVersion ?? '');
  return statusError.invalid({ group, resource: '', kind: kind ?? '' }, name, [
    ...(kind === wanted ? [] : [fieldError.invalid('kind', kind, `must be ${wanted}`)]),
    ...(apiVersion === endpoint.apiVersion
      ? []
      : [fieldError.invalid('apiVersion', apiVersion, `must be ${endpoint.apiVersion}`)]),
  ]);
}

function isStorageVersion(endpoint: Endpoint, body: KubeObject): boolean {
  const { group, version } = endpoint.definition.storage;
  return body.apiVersion === (group === '' ? version : `${group}/${version}`);
}

function rejectShape(endpoint: Endpoint, object: KubeObject, errors: readonly FieldError[]): StatusError {
  // Differs from Kubernetes: upstream answers 400 with Go's text of the first wrong type; all of them with their paths
  // and causes help more.
  return statusError.invalid(endpoint.subject, nameOf(object), errors);
}

function nameOf(object: KubeObject): string {
  const name: unknown = isJsonObject(object.metadata) ? object.metadata.name : undefined;
  return typeof name === 'string' ? name : '';
}

function strictError(endpoint: Endpoint, object: KubeObject, findings: readonly string[]): StatusError {
  const { kind, version } = endpoint.type;
  return statusError.badRequest(
    `${object.kind} in version "${version}" cannot be handled as a ${kind}: strict decoding error: ${findings.join(', ')}`,
  );
}

/** Kubernetes: how a patch whose outcome is no such object is refused. */
export function rejectPatch(text: string, problem: string): StatusError {
  return statusError.invalid({ group: '', resource: '' }, '', [fieldError.invalid('patch', text, problem)]);
}

/** In the storage version, with the kind's own defaults. */
export function toStorage(endpoint: Endpoint, object: KubeObject): KubeObject {
  const stored = endpoint.isStorageVersion ? object : convertToStorage(object, endpoint.resource);
  return endpoint.rules.setDefaults === undefined ? stored : endpoint.rules.setDefaults(stored);
}
