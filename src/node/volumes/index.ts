/**
 * Volumes of pods: emptyDir, hostPath, configMap, secret, downwardAPI, projected and image, with their ownership, and as
 * mounts of containers. Contents follow the objects that they come from, switched in one step; tokens are renewed in time.
 *
 * Start reading at `pod-volumes.ts`; what the files hold is decided in `volume-payload.ts`.
 */
export { mountVolumes } from './container-mounts.ts';
export { ImageVolumes } from './image-volumes.ts';
export type { MountedVolume } from './mounted-volume.ts';
export { PodVolumes } from './pod-volumes.ts';
export { ServiceAccountTokens } from './service-account-tokens.ts';
export { VolumeError } from './volume-error.ts';
export { type MountContext, pluginOf, VolumeMounter } from './volume-mounter.ts';
export { buildPayload, type PayloadSources } from './volume-payload.ts';
