import {
  type PersistentVolume,
  type PersistentVolumeClaim,
  persistentVolumeClaims,
  persistentVolumes,
  type VolumeAttributesClass,
  volumeAttributesClasses,
} from '../../api/generated/index.ts';
import type { Controller, IndexDeclaration } from '../../client/index.ts';
import { setProtection } from './set-protection.ts';

const finalizer = 'kubernetes.io/vac-protection';

const volumesByClass: IndexDeclaration<PersistentVolume> = {
  type: persistentVolumes,
  name: 'volume attributes class',
  valuesOf: volume => present([volume.spec?.volumeAttributesClassName]),
};

/** What a claim asks for, what it has, and what its volume is being changed to. */
const claimsByClass: IndexDeclaration<PersistentVolumeClaim> = {
  type: persistentVolumeClaims,
  name: 'volume attributes class',
  valuesOf: ({ spec, status }) =>
    present([
      spec?.volumeAttributesClassName,
      status?.currentVolumeAttributesClassName,
      status?.modifyVolumeStatus?.targetVolumeAttributesClassName,
    ]),
};

/** Keeps a VolumeAttributesClass that is deleted until no volume and no claim names it. */
export const attributesProtectionController: Controller<VolumeAttributesClass> = {
  name: 'volumeattributesclass-protection-controller',
  primary: volumeAttributesClasses,
  secondaries: [
    { type: persistentVolumes, keysOf: object => volumesByClass.valuesOf(object as PersistentVolume) },
    { type: persistentVolumeClaims, keysOf: object => claimsByClass.valuesOf(object as PersistentVolumeClaim) },
  ],
  indexes: [volumesByClass, claimsByClass],
  reconcile(attributes, { key, view }) {
    if (attributes === undefined) return [];
    const isUsed = (): boolean =>
      view.listIndexed(persistentVolumes, volumesByClass.name, key).length > 0 ||
      view.listIndexed(persistentVolumeClaims, claimsByClass.name, key).length > 0;
    return setProtection(volumeAttributesClasses, attributes, finalizer, isUsed);
  },
};

function present(names: readonly (string | undefined)[]): readonly string[] {
  return [...new Set(names)].filter(name => name !== undefined && name !== '') as string[];
}
