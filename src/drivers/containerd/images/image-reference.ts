const defaultDomain = 'docker.io';

/**
 * The full name of an image as containerd stores it: `busybox` is `docker.io/library/busybox:latest`. A first part
 * with a dot or a colon, or `localhost`, is a registry. undefined for what cannot be a name.
 */
export function normalizeReference(reference: string): string | undefined {
  if (!/^[a-zA-Z0-9][\w.\-/:@[\]]*$/.test(reference)) return undefined;
  const slash = reference.indexOf('/');
  const first = slash < 0 ? '' : reference.slice(0, slash);
  const hasDomain = first === 'localhost' || first.includes('.') || first.includes(':');
  const domain = hasDomain ? first : defaultDomain;
  const rest = hasDomain ? reference.slice(slash + 1) : reference;
  const path = domain === defaultDomain && !rest.includes('/') ? `library/${rest}` : rest;
  const hasTag = /[:@]/.test(path.slice(path.lastIndexOf('/') + 1));
  return `${domain}/${path}${hasTag ? '' : ':latest'}`;
}
