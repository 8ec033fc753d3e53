import type { ByteSource, HostFiles } from '../runtime/index.ts';

/** What lies at a path below `/var/log`. */
export type LogFile =
  | { readonly kind: 'directory'; readonly html: string }
  | { readonly kind: 'file'; readonly source: ByteSource }
  | { readonly kind: 'redirect' };

const root = '/var/log';

/**
 * Kubernetes: the kubelet's `/logs/` shows the machine's `/var/log`, as Go's file server does. Undefined where there is
 * nothing. `path` is resolved, and begins with a slash.
 */
export async function openLogFile(files: HostFiles, path: string): Promise<LogFile | undefined> {
  const full = path === '/' ? root : `${root}${path.replace(/\/$/, '')}`;
  const stat = await files.stat(full);
  if (stat === undefined) return undefined;
  if (stat.kind === 'file') return { kind: 'file', source: files.follow(full) };
  if (stat.kind !== 'directory') return undefined;
  if (!path.endsWith('/')) return { kind: 'redirect' };
  const names = (await files.list(full)) ?? [];
  const links = await Promise.all(names.map(async name => linkTo(name, await isDirectory(files, `${full}/${name}`))));
  return {
    kind: 'directory',
    html: `<!doctype html>\n<meta name="viewport" content="width=device-width">\n<pre>\n${links.join('')}</pre>\n`,
  };
}

async function isDirectory(files: HostFiles, path: string): Promise<boolean> {
  return (await files.stat(path))?.kind === 'directory';
}

function linkTo(name: string, isFolder: boolean): string {
  const shown = isFolder ? `${name}/` : name;
  return `<a href="${encodeURIComponent(name)}${isFolder ? '/' : ''}">${escapeHtml(shown)}</a>\n`;
}

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&#34;');
}
