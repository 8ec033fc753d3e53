import { pack } from 'tar-stream';
import type { GrpcConnection } from '../../grpc/index.ts';
import { ContentStore, hasImage } from './content-store.ts';
import { writeManifest } from './import-image-archive.ts';
import { createPauseProgram } from './pause-program.ts';

/** Its number goes up whenever the program changes. */
export const pauseImage = 'localhost/sampan-pause:1';

/** OCI's names of architectures are Go's. */
const architectures: Readonly<Record<string, string>> = { x64: 'amd64', arm64: 'arm64' };

/** Makes sure that containerd has the image that sandboxes start from; it comes from no registry. */
export async function installPauseImage(connection: GrpcConnection, architecture: string): Promise<void> {
  if (await hasImage(connection, pauseImage)) return;
  await ContentStore.writing(connection, async store => {
    const layer = await store.write([await layerOf(createPauseProgram(architecture))]);
    const config = await store.writeJson(
      {
        architecture: architectures[architecture],
        os: 'linux',
        config: { Entrypoint: ['/pause'], User: '65535:65535' },
        rootfs: { type: 'layers', diff_ids: [layer.digest] },
      },
      'application/vnd.oci.image.config.v1+json',
    );
    const manifest = await writeManifest(store, {
      mediaType: 'application/vnd.oci.image.manifest.v1+json',
      config,
      layers: [{ mediaType: 'application/vnd.oci.image.layer.v1.tar', ...layer }],
    });
    // The label keeps image garbage collection away, where CRI knows it (containerd 1.7).
    await store.nameImage(pauseImage, manifest, { 'io.cri-containerd.pinned': 'pinned' });
  });
}

async function layerOf(program: Buffer): Promise<Buffer> {
  const archive = pack();
  // A fixed time: the same program gives the same digest.
  archive.entry({ name: 'pause', mode: 0o555, mtime: new Date(0) }, program);
  archive.finalize();
  const parts: Buffer[] = [];
  for await (const part of archive as unknown as AsyncIterable<Buffer>) parts.push(part);
  return Buffer.concat(parts);
}
