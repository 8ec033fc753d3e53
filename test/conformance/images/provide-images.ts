import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { containerdLayout } from '../../../src/drivers/containerd/index.ts';
import { runSampan } from '../../end-to-end/cluster-process.ts';
import type { BuiltImages } from './build-images.ts';
import { hostOf, type ImageServer, serveImages } from './serve-images.ts';

/** Imports the images into the cluster that has this data directory, and lets its node pull them as well. */
export async function provideImages(built: BuiltImages, dataDirectory: string): Promise<ImageServer> {
  const { code, stderr } = await runSampan(['image', 'import', built.archive, '--data-dir', dataDirectory]);
  if (code !== 0) throw new Error(`the images could not be imported: ${stderr}`);
  const server = await serveImages(built.images, built.directory);
  const hosts = new Set(built.images.flatMap(({ RepoTags: names }) => names.map(hostOf)));
  for (const host of hosts) {
    const directory = join(containerdLayout(join(dataDirectory, 'containerd')).registryConfigDirectory, host);
    mkdirSync(directory, { recursive: true });
    const mirror = `[host."${server.url}"]\n  capabilities = ["pull", "resolve"]\n`;
    writeFileSync(join(directory, 'hosts.toml'), mirror);
  }
  return server;
}
