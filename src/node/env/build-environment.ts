import type {
  ConfigMap,
  Container,
  EnvFromSource,
  EnvVarSource,
  Pod,
  Secret,
  Service,
} from '../../api/generated/index.ts';
import { decodeBase64, decodeUtf8 } from '../bytes/index.ts';
import { type PodAddresses, readPodField, readResourceField } from '../facts/index.ts';
import type { ObjectLookup } from '../objects/index.ts';
import { expandVariables } from './expand-variables.ts';
import { serviceVariables } from './service-variables.ts';

export interface EnvironmentInput {
  readonly pod: Pod;
  readonly container: Container;
  readonly addresses: PodAddresses;
  /** What the node has to give, for limits that are not set. */
  readonly allocatable: Readonly<Record<string, string>>;
  readonly services: readonly Service[];
  readonly objects: ObjectLookup;
}

/**
 * Kubernetes: makeEnvironmentVariables. Variables of `envFrom`, then `env` over them, in their order, then those of
 * services that nobody has named. Throws with upstream's text when something it refers to is missing.
 */
export function buildEnvironment(input: EnvironmentInput): ReadonlyMap<string, string> {
  const { pod, container } = input;
  const variables = new Map<string, string>();
  for (const source of container.envFrom ?? []) addFrom(input, source, variables);
  const links = serviceVariables(input.services, pod.metadata.namespace ?? '', pod.spec.enableServiceLinks ?? true);
  const lookup = (name: string): string | undefined => variables.get(name) ?? links.get(name);
  for (const { name, value, valueFrom } of container.env ?? []) {
    const resolved =
      value !== undefined && value !== ''
        ? expandVariables(value, lookup)
        : valueFrom === undefined
          ? ''
          : resolveSource(input, valueFrom);
    if (resolved !== undefined) variables.set(name, resolved);
  }
  for (const [name, value] of links) if (!variables.has(name)) variables.set(name, value);
  return variables;
}

function addFrom(input: EnvironmentInput, source: EnvFromSource, variables: Map<string, string>): void {
  const { configMapRef, secretRef, prefix = '' } = source;
  if (configMapRef !== undefined) {
    const found = find(input, 'configmap', configMapRef.name ?? '', configMapRef.optional);
    for (const [key, value] of Object.entries((found as ConfigMap | undefined)?.data ?? {})) {
      variables.set(prefix + key, value);
    }
  }
  if (secretRef !== undefined) {
    const found = find(input, 'secret', secretRef.name ?? '', secretRef.optional);
    for (const [key, value] of Object.entries((found as Secret | undefined)?.data ?? {})) {
      variables.set(prefix + key, decodeUtf8(decodeBase64(value)));
    }
  }
}

/** undefined when an optional source is missing: the variable is not set then. */
function resolveSource(input: EnvironmentInput, source: EnvVarSource): string | undefined {
  const { pod, container } = input;
  const { fieldRef, resourceFieldRef, configMapKeyRef, secretKeyRef } = source;
  if (fieldRef !== undefined) return readPodField(pod, fieldRef.fieldPath, input.addresses);
  if (resourceFieldRef !== undefined) return readResourceField(pod, container, resourceFieldRef, input.allocatable);
  if (configMapKeyRef !== undefined) {
    const { name = '', key, optional } = configMapKeyRef;
    const value = (find(input, 'configmap', name, optional) as ConfigMap | undefined)?.data?.[key];
    return demandKey(value, optional, `couldn't find key ${key} in ConfigMap ${pod.metadata.namespace}/${name}`);
  }
  if (secretKeyRef !== undefined) {
    const { name = '', key, optional } = secretKeyRef;
    const value = (find(input, 'secret', name, optional) as Secret | undefined)?.data?.[key];
    const text = `couldn't find key ${key} in Secret ${pod.metadata.namespace}/${name}`;
    return demandKey(value === undefined ? undefined : decodeUtf8(decodeBase64(value)), optional, text);
  }
  throw new Error('env source is not supported');
}

function find(input: EnvironmentInput, kind: 'configmap' | 'secret', name: string, optional: boolean | undefined) {
  const found = input.objects.find(kind, input.pod.metadata.namespace ?? '', name);
  if (found === undefined && optional !== true) throw new Error(`${kind} "${name}" not found`);
  return found;
}

function demandKey(value: string | undefined, optional: boolean | undefined, problem: string): string | undefined {
  if (value === undefined && optional !== true) throw new Error(problem);
  return value;
}
