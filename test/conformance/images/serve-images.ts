import { createHash } from 'node:crypto';
import { createReadStream, readFileSync, statSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { BuiltImage } from './build-images.ts';

export interface ImageServer extends Disposable {
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
}

interface Blob {
  readonly mediaType: string;
  readonly file: string;
}

const types = {
  manifest: 'application/vnd.oci.image.manifest.v1+json',
  config: 'application/vnd.oci.image.config.v1+json',
  layer: 'application/vnd.oci.image.layer.v1.tar',
} as const;

/** A read-only registry of the images, for cases that insist on pulling them: any host's names, without the host. */
export async function serveImages(images: readonly BuiltImage[], directory: string): Promise<ImageServer> {
  const manifests = new Map<string, Buffer>();
  const blobs = new Map<string, Blob>();
  for (const { Config: config, RepoTags: names, Layers: layers } of images) {
    const file = join(directory, config);
    const { rootfs } = JSON.parse(readFileSync(file, 'utf8')) as { rootfs: { diff_ids: string[] } };
    const configDigest = digestOf(readFileSync(file));
    blobs.set(configDigest, { mediaType: types.config, file });
    for (const [i, layer] of layers.entries()) {
      blobs.set(rootfs.diff_ids[i]!, { mediaType: types.layer, file: join(directory, layer) });
    }
    const describe = (digest: string) => {
      const { mediaType, file: path } = blobs.get(digest)!;
      return { mediaType, digest, size: statSync(path).size };
    };
    const manifest = Buffer.from(
      JSON.stringify({
        schemaVersion: 2,
        mediaType: types.manifest,
        config: describe(configDigest),
        layers: rootfs.diff_ids.map(describe),
      }),
    );
    for (const name of names) {
      const [repository, tag] = splitName(name);
      for (const reference of [tag, digestOf(manifest)])
        manifests.set(`${repository}/manifests/${reference}`, manifest);
    }
  }
  return listen((path, isHead, response) => {
    const manifest = manifests.get(path);
    const blob = blobs.get(/\/blobs\/(sha256:[0-9a-f]+)$/.exec(path)?.[1] ?? '');
    if (manifest !== undefined) answer(response, types.manifest, manifest.length, digestOf(manifest));
    else if (blob !== undefined) answer(response, 'application/octet-stream', statSync(blob.file).size);
    else response.writeHead(path === '' ? 200 : 404);
    if (blob !== undefined && !isHead) createReadStream(blob.file).pipe(response);
    else response.end(isHead ? undefined : manifest);
  });
}

async function listen(handle: (path: string, isHead: boolean, response: ServerResponse) => void): Promise<ImageServer> {
  const server = createServer(({ url = '', method }, response) => {
    handle(url.replace(/^\/v2\//, '').replace(/\?.*$/, ''), method === 'HEAD', response);
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    [Symbol.dispose]: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

function answer(response: ServerResponse, type: string, length: number, digest?: string): void {
  const about = digest === undefined ? {} : { 'docker-content-digest': digest };
  response.writeHead(200, { 'content-type': type, 'content-length': length, ...about });
}

/** Repository, without the host, and tag. */
function splitName(name: string): readonly [repository: string, tag: string] {
  const path = name.slice(name.indexOf('/') + 1);
  const colon = path.lastIndexOf(':');
  return [path.slice(0, colon), path.slice(colon + 1)];
}

/** `some.registry` of `some.registry/images/agnhost:2.63.0`. */
export function hostOf(name: string): string {
  return name.slice(0, name.indexOf('/'));
}

function digestOf(bytes: Buffer): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}
