import {
  applyDefaults,
  checkStructure,
  formatFieldError,
  formatGroupVersion,
  isJsonObject,
  type KubeObject,
} from '../../../machinery/index.ts';
import type { AdmissionRequest, ServedResource } from '../../core-contract.ts';
import { convertToServed, convertToStorage } from '../../served-version.ts';
import type { MatchedResource } from './match-request.ts';
import { kindOf } from './request-facts.ts';

/** A request's objects in the version by which something matched; those that it has. */
export interface ShownObjects {
  readonly object: KubeObject | undefined;
  readonly old: KubeObject | undefined;
}

/** Shows the objects of one request in whatever version is asked for, each converted once. */
export class VersionedObjects {
  readonly #request: AdmissionRequest;
  readonly #shown = new Map<string, ShownObjects>();

  constructor(request: AdmissionRequest) {
    this.#request = request;
  }

  /** Waits for nothing but a CRD's conversion webhook, whose failure it throws. */
  async show(matched: MatchedResource): Promise<ShownObjects> {
    const { group, version } = matched.version.type;
    const key = `${group}/${version}`;
    let shown = this.#shown.get(key);
    if (shown === undefined) {
      const { object, old } = this.#request;
      shown = { object: await showIn(object, this.#request, matched), old: await showIn(old, this.#request, matched) };
      this.#shown.set(key, shown);
    }
    return shown;
  }

  /** The request's object as it must go on, from one of the version by which something matched. */
  async restore(object: KubeObject, matched: MatchedResource): Promise<KubeObject> {
    const { resource } = this.#request;
    if (!isOwnKind(this.#request)) return object;
    const conversion = resource.crd?.conversion;
    if (conversion !== undefined) return conversion.toVersion(object, formatGroupVersion(resource.version.type));
    const stored = convertToStorage(object, matched);
    return resource.definition.rules.setDefaults?.(stored) ?? stored;
  }
}

async function showIn(
  object: KubeObject | undefined,
  request: AdmissionRequest,
  matched: MatchedResource,
): Promise<KubeObject | undefined> {
  if (object === undefined) return undefined;
  if (!isOwnKind(request)) return withType(object, request);
  const conversion = request.resource.crd?.conversion;
  return conversion === undefined
    ? convertToServed(object, matched)
    : conversion.toVersion(object, formatGroupVersion(matched.version.type));
}

/** Objects of subresources such as `scale` are the same whatever the version. */
function isOwnKind({ resource: { version }, subresource }: AdmissionRequest): boolean {
  const { group, kind } = kindOf(version, subresource);
  return kind === version.type.kind && group === version.type.group;
}

function withType(object: KubeObject, { resource, subresource }: AdmissionRequest): KubeObject {
  if (object.apiVersion !== undefined && object.kind !== undefined) return object;
  const own = kindOf(resource.version, subresource);
  return { ...object, apiVersion: formatGroupVersion(own), kind: own.kind };
}

/**
 * What a patch has made of an object as an object of the same version again: shape checked, unknown fields dropped,
 * defaults filled in. Kinds of subresources have no schema here; what writes them checks them.
 */
export function readMutated(
  value: unknown,
  request: AdmissionRequest,
  { version }: ServedResource,
): { readonly object: KubeObject; readonly problem?: undefined } | { readonly problem: string } {
  if (!isJsonObject(value)) return { problem: 'the outcome is not an object' };
  if (!isOwnKind(request)) return { object: value as unknown as KubeObject };
  const { apiVersion, kind } = value;
  if (apiVersion !== formatGroupVersion(version.type) || kind !== version.type.kind) {
    return { problem: `the outcome is a ${String(apiVersion)}, Kind=${String(kind)}` };
  }
  const schema = version.schema();
  const { errors, value: checked } = checkStructure(schema, value);
  if (errors.length > 0) return { problem: errors.map(formatFieldError).join(', ') };
  const complete = checked as unknown as KubeObject;
  const object = applyDefaults(schema, complete.metadata === undefined ? { ...complete, metadata: {} } : complete);
  return { object };
}
