import { quoteGo } from '../../machinery/index.ts';

const domain =
  '(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)(?:\\.[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)*(?::[0-9]+)?|\\[[0-9a-fA-F:]+\\](?::[0-9]+)?';
const component = '[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*';
const pattern = new RegExp(
  `^(?<name>(?:(?:${domain})/)?${component}(?:/${component})*)(?::(?<tag>[\\w][\\w.-]{0,127}))?(?:@(?<digest>[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}))?$`,
);

/** An image's name, taken apart: repository, tag, digest. */
export interface ImageReference {
  /** As written: `nginx`, `quay.io/team/app`. */
  readonly repository: string;
  readonly tag: string | undefined;
  readonly digest: string | undefined;
}

/** Throws with upstream's text for what is no image name. */
export function parseImageReference(image: string): ImageReference {
  const groups = pattern.exec(image)?.groups;
  if (groups !== undefined) {
    return { repository: groups['name']!, tag: groups['tag'], digest: groups['digest'] };
  }
  const lower = pattern.exec(image.toLowerCase())?.groups;
  const repository = lower === undefined ? undefined : image.slice(0, lower['name']!.length);
  const why =
    repository === undefined || repository === repository.toLowerCase()
      ? 'invalid reference format'
      : `invalid reference format: repository name (${repository.includes('/') ? repository : `library/${repository}`}) must be lowercase`;
  throw new Error(`couldn't parse image name ${quoteGo(image)}: ${why}`);
}

/** Kubernetes: a name without tag and digest means `:latest`. */
export function withDefaultTag(image: string): string {
  const { tag, digest } = parseImageReference(image);
  return tag === undefined && digest === undefined ? `${image}:latest` : image;
}

/** The registry's host, and the repository there, as credentials name them: Docker Hub's short names written out. */
export function locateRepository(image: string): { readonly registry: string; readonly path: string } {
  const { repository } = parseImageReference(image);
  const slash = repository.indexOf('/');
  const first = slash < 0 ? '' : repository.slice(0, slash);
  const isHost = first.includes('.') || first.includes(':') || first === 'localhost' || first !== first.toLowerCase();
  if (isHost) return { registry: first, path: repository.slice(slash + 1) };
  return { registry: 'docker.io', path: slash < 0 ? `library/${repository}` : repository };
}
