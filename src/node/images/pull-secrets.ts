import type { Pod, Secret } from '../../api/generated/index.ts';
import { decodeBase64, decodeUtf8 } from '../bytes/index.ts';
import type { ObjectLookup } from '../objects/index.ts';
import type { ImageAuth } from '../runtime/index.ts';
import { withoutAbsent } from '../without-absent.ts';
import { locateRepository } from './image-reference.ts';

interface DockerEntry {
  readonly username?: string;
  readonly password?: string;
  readonly auth?: string;
  readonly identitytoken?: string;
  readonly registrytoken?: string;
}

/** Kubernetes: credentials for an image from the pod's pull secrets, the most specific registry path first. */
export function findPullCredentials(pod: Pod, image: string, objects: ObjectLookup): readonly ImageAuth[] {
  const found: { readonly key: string; readonly auth: ImageAuth }[] = [];
  for (const { name } of pod.spec.imagePullSecrets ?? []) {
    const secret = objects.find('secret', pod.metadata.namespace ?? '', name ?? '') as Secret | undefined;
    for (const [key, entry] of Object.entries(secret === undefined ? {} : readEntries(secret))) {
      if (matchesImage(key, image)) found.push({ key, auth: toAuth(entry) });
    }
  }
  return found.sort((left, right) => right.key.length - left.key.length).map(({ auth }) => auth);
}

function readEntries(secret: Secret): Readonly<Record<string, DockerEntry>> {
  const json = secret.data?.['.dockerconfigjson'];
  const old = secret.data?.['.dockercfg'];
  const text = json ?? old;
  if (text === undefined) return {};
  try {
    const parsed = JSON.parse(decodeUtf8(decodeBase64(text))) as Record<string, unknown>;
    return (json === undefined ? parsed : (parsed['auths'] ?? {})) as Readonly<Record<string, DockerEntry>>;
  } catch {
    // Kubernetes: a pull secret that cannot be read counts for nothing; the pull itself then tells what is missing.
    return {};
  }
}

/** A key is a registry's host with an optional path, perhaps as a URL; `*` stands for one label of the host. */
function matchesImage(key: string, image: string): boolean {
  const { registry, path } = locateRepository(image);
  const bare = key.replace(/^https?:\/\//, '').replace(/\/$/, '');
  const slash = bare.indexOf('/');
  const host = slash < 0 ? bare : bare.slice(0, slash);
  const prefix = slash < 0 ? '' : bare.slice(slash + 1).replace(/^v[12](\/|$)/, '');
  const isHub =
    registry === 'docker.io' && (host === 'index.docker.io' || host === 'docker.io' || host === 'registry-1.docker.io');
  return (isHub || matchesHost(host, registry)) && (prefix === '' || path === prefix || path.startsWith(`${prefix}/`));
}

function matchesHost(pattern: string, host: string): boolean {
  const wanted = pattern.split('.');
  const labels = host.split('.');
  return wanted.length === labels.length && wanted.every((label, index) => label === '*' || label === labels[index]);
}

/** Kubernetes: without the address, which the runtime would compare in a form of its own. */
function toAuth(entry: DockerEntry): ImageAuth {
  const decoded = entry.auth === undefined ? undefined : decodeUtf8(decodeBase64(entry.auth));
  const colon = decoded?.indexOf(':') ?? -1;
  return withoutAbsent<ImageAuth>({
    username: entry.username ?? (colon < 0 ? undefined : decoded?.slice(0, colon)),
    password: entry.password ?? (colon < 0 ? undefined : decoded?.slice(colon + 1)),
    identityToken: entry.identitytoken,
    registryToken: entry.registrytoken,
  });
}
