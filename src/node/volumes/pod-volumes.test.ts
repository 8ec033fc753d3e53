import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { Pod, Volume } from '../../api/generated/index.ts';
import { NodePaths } from '../node-paths.ts';
import type { ReferencedObjects } from '../objects/index.ts';
import type { Host } from '../runtime/index.ts';
import type { ImageVolumes } from './image-volumes.ts';
import { PodVolumes } from './pod-volumes.ts';
import type { ServiceAccountTokens } from './service-account-tokens.ts';
import type { MountContext, VolumeMounter } from './volume-mounter.ts';

it('sets volumes up again when an object has changed while they were being set up', async () => {
  let revision = 1;
  const shown: number[] = [];
  const objects = { versionOf: () => String(revision) } as Partial<ReferencedObjects> as ReferencedObjects;
  const tokens = { versionOf: () => '' } as Partial<ServiceAccountTokens> as ServiceAccountTokens;
  const mounter = {
    setUp: async (_: Pod, volume: Volume) => {
      shown.push(revision);
      // The object changes after its volume was written and before the last volume is done.
      if (shown.length === 1) revision = 2;
      return { hostPath: `/${volume.name}`, isReadOnly: true };
    },
  } as Partial<VolumeMounter> as VolumeMounter;
  const volumes = new PodVolumes({} as Host, new NodePaths('/node'), mounter, objects, tokens, {} as ImageVolumes);
  const pod: Pod = { metadata: { uid: 'u' }, spec: { containers: [], volumes: [{ name: 'v', configMap: {} }] } };
  const context: MountContext = { addresses: { podIPs: [], hostIPs: [] }, allocatable: {} };
  for (let round = 0; round < 3; round++) await volumes.setUp(pod, context);
  assert.deepEqual(shown, [1, 2]);
});
