import { rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { buildBusyboxImage } from '../fixtures/busybox-image.ts';
import { runSampan, TestCluster } from './cluster-process.ts';

/** The image that pods of these tests run. */
export const testImage = 'localhost/busybox:1';

/** A cluster whose node is this machine, with the busybox image imported as a person would. */
export async function startRealCluster(args: readonly string[] = [], directory?: string): Promise<TestCluster> {
  const cluster = await TestCluster.start(args, directory);
  const archive = await buildBusyboxImage({ name: testImage });
  const { code, stderr } = await runSampan(['image', 'import', archive.path, '--data-dir', cluster.directory]);
  rmSync(dirname(archive.path), { recursive: true });
  if (code === 0) return cluster;
  await cluster[Symbol.asyncDispose]();
  throw new Error(`image import failed: ${stderr}`);
}
