import { type PersistentVolume, persistentVolumes } from '../../api/generated/index.ts';
import type { Controller } from '../../client/index.ts';
import { setProtection } from './set-protection.ts';

const finalizer = 'kubernetes.io/pv-protection';

/** Keeps a volume that is deleted until it is no longer bound to a claim. */
export const volumeProtectionController: Controller<PersistentVolume> = {
  name: 'pv-protection-controller',
  primary: persistentVolumes,
  reconcile: volume =>
    volume === undefined
      ? []
      : setProtection(persistentVolumes, volume, finalizer, () => volume.status?.phase === 'Bound'),
};
