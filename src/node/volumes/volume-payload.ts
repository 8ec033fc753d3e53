import type {
  ConfigMap,
  DownwardAPIVolumeFile,
  KeyToPath,
  Pod,
  Secret,
  Volume,
  VolumeProjection,
} from '../../api/generated/index.ts';
import { formatAggregate } from '../../machinery/index.ts';
import { decodeBase64 } from '../bytes/index.ts';
import { type PodAddresses, readPodField, readResourceField } from '../facts/index.ts';
import type { ObjectLookup, ReferenceKind } from '../objects/index.ts';
import type { ProjectedFile } from '../runtime/index.ts';

/** What the files of a volume are made of besides the volume itself. */
export interface PayloadSources {
  readonly pod: Pod;
  readonly objects: ObjectLookup;
  readonly addresses: PodAddresses;
  readonly allocatable: Readonly<Record<string, string>>;
  /** Tokens of `serviceAccountToken` sources, by their path in the volume. */
  readonly tokens: ReadonlyMap<string, string>;
  /** The one user that all containers run as, if they do: tokens belong to it. */
  readonly fsUser?: number | undefined;
}

const defaultFileMode = 0o644;

/**
 * The files of a configMap, secret, downwardAPI or projected volume. Throws with upstream's text when something that it
 * needs is missing.
 */
export function buildPayload(volume: Volume, sources: PayloadSources): readonly ProjectedFile[] {
  const { configMap, secret, downwardAPI, projected } = volume;
  if (configMap !== undefined) {
    const { name, items, optional, defaultMode } = configMap;
    return fromObject('configmap', name, items, optional, defaultMode ?? defaultFileMode, sources);
  }
  if (secret !== undefined) {
    const { secretName, items, optional, defaultMode } = secret;
    return fromObject('secret', secretName, items, optional, defaultMode ?? defaultFileMode, sources);
  }
  if (downwardAPI !== undefined) {
    return fromPod(downwardAPI.items ?? [], downwardAPI.defaultMode ?? defaultFileMode, sources);
  }
  return fromProjections(projected?.sources ?? [], projected?.defaultMode ?? defaultFileMode, sources);
}

/** Later sources win where two give the same path. All that is wrong is told at once. */
function fromProjections(
  projections: readonly VolumeProjection[],
  mode: number,
  sources: PayloadSources,
): readonly ProjectedFile[] {
  const files = new Map<string, ProjectedFile>();
  const problems: string[] = [];
  for (const projection of projections) {
    try {
      for (const file of fromProjection(projection, mode, sources)) files.set(file.path, file);
    } catch (error) {
      problems.push((error as Error).message);
    }
  }
  if (problems.length > 0) throw new Error(formatAggregate(problems));
  return [...files.values()];
}

function fromProjection(projection: VolumeProjection, mode: number, sources: PayloadSources) {
  const { configMap, secret, downwardAPI, serviceAccountToken } = projection;
  if (configMap !== undefined) {
    return fromObject('configmap', configMap.name, configMap.items, configMap.optional, mode, sources);
  }
  if (secret !== undefined) return fromObject('secret', secret.name, secret.items, secret.optional, mode, sources);
  if (downwardAPI !== undefined) return fromPod(downwardAPI.items ?? [], mode, sources);
  if (serviceAccountToken !== undefined) return [tokenFile(serviceAccountToken.path, mode, sources)];
  throw new Error(`projected volume source ${Object.keys(projection).join(',')} is not supported by this node`);
}

/** Kubernetes: a token is its owner's alone where it is known who that is. */
function tokenFile(path: string, mode: number, { pod, tokens, fsUser }: PayloadSources): ProjectedFile {
  const isPrivate = fsUser !== undefined || pod.spec.securityContext?.fsGroup !== undefined;
  const owner = fsUser === undefined ? {} : { uid: fsUser };
  return { path, data: tokens.get(path) ?? '', mode: isPrivate ? 0o600 : mode, ...owner };
}

function fromObject(
  kind: ReferenceKind,
  name: string | undefined,
  items: readonly KeyToPath[] | undefined,
  optional: boolean | undefined,
  mode: number,
  { pod, objects }: PayloadSources,
): readonly ProjectedFile[] {
  const found = objects.find(kind, pod.metadata.namespace ?? '', name ?? '');
  if (found === undefined && optional !== true) throw new Error(`${kind} "${name ?? ''}" not found`);
  const data = dataOf(kind, found);
  if (items === undefined || items.length === 0) {
    return [...data].map(([path, content]) => ({ path, data: content, mode }));
  }
  return items.flatMap(item => {
    const content = data.get(item.key);
    if (content !== undefined) return [{ path: item.path, data: content, mode: item.mode ?? mode }];
    if (optional === true) return [];
    const text =
      kind === 'secret' ? 'references non-existent secret key' : 'configmap references non-existent config key';
    throw new Error(`${text}: ${item.key}`);
  });
}

function dataOf(kind: ReferenceKind, object: ConfigMap | Secret | undefined): ReadonlyMap<string, Uint8Array | string> {
  const data = new Map<string, Uint8Array | string>();
  const plain = kind === 'configmap' ? object?.data : undefined;
  const encoded = kind === 'configmap' ? (object as ConfigMap | undefined)?.binaryData : object?.data;
  for (const [key, value] of Object.entries(plain ?? {})) data.set(key, value);
  for (const [key, value] of Object.entries(encoded ?? {})) data.set(key, decodeBase64(value));
  return data;
}

function fromPod(
  items: readonly DownwardAPIVolumeFile[],
  mode: number,
  { pod, addresses, allocatable }: PayloadSources,
): readonly ProjectedFile[] {
  return items.map(({ path, fieldRef, resourceFieldRef, mode: own }) => {
    let data = '';
    if (fieldRef !== undefined) data = readPodField(pod, fieldRef.fieldPath, addresses);
    else if (resourceFieldRef !== undefined) data = readResourceField(pod, undefined, resourceFieldRef, allocatable);
    return { path, data, mode: own ?? mode };
  });
}
