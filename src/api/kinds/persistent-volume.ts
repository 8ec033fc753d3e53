import { canonicalizeQuantity } from '../../machinery/index.ts';
import { type PersistentVolume, persistentVolumes } from '../generated/index.ts';
import { defineKind } from './define-kind.ts';
import { changeField, fillDefaults } from './fill-defaults.ts';
import { defaultHostPath } from './host-path-defaults.ts';
import { statusRules } from './status-rules.ts';
import { ageColumn, nameColumn, textColumn, wide } from './table-columns.ts';
import { validateVolume, validateVolumeUpdate } from './volume-validation.ts';

const shortModes: readonly (readonly [string, string])[] = [
  ['ReadWriteOnce', 'RWO'],
  ['ReadOnlyMany', 'ROX'],
  ['ReadWriteMany', 'RWX'],
  ['ReadWriteOncePod', 'RWOP'],
];

/** Access modes as kubectl abbreviates them: `RWO,ROX`. */
export function formatAccessModes(modes: readonly string[] | undefined): string {
  return shortModes
    .filter(([mode]) => modes?.includes(mode))
    .map(([, short]) => short)
    .join(',');
}

/** A size as a table shows it. */
export function formatStorage(resources: Readonly<Record<string, string>> | undefined): string {
  return canonicalizeQuantity(resources?.['storage'] ?? '0') ?? '';
}

/** Kubernetes: the annotation from before there was a field still counts first. */
export function storageClassOf(object: {
  readonly metadata: PersistentVolume['metadata'];
  readonly spec?: { readonly storageClassName?: string | undefined } | undefined;
}): string {
  return (
    object.metadata.annotations?.['volume.beta.kubernetes.io/storage-class'] ?? object.spec?.storageClassName ?? ''
  );
}

function formatClaim({ spec }: PersistentVolume): string {
  return spec?.claimRef === undefined ? '' : `${spec.claimRef.namespace ?? ''}/${spec.claimRef.name ?? ''}`;
}

export const persistentVolume = defineKind(persistentVolumes, {
  hasGeneration: false,
  setDefaults: object => {
    const complete = changeField(object, 'spec', spec =>
      changeField(
        fillDefaults(spec, { persistentVolumeReclaimPolicy: 'Retain', volumeMode: 'Filesystem' }),
        'hostPath',
        defaultHostPath,
      ),
    );
    return changeField(complete, 'status', status => fillDefaults(status, { phase: 'Pending' }));
  },
  skipsFullValidationOnUpdate: true,
  validateCreate: validateVolume,
  validateUpdate: validateVolumeUpdate,
  prepareForCreate: (object, { now }) => ({ ...object, status: { phase: 'Pending', lastPhaseTransitionTime: now } }),
  status: {
    ...statusRules<PersistentVolume>(),
    // Kubernetes: the server keeps the time at which the phase last changed.
    prepareForUpdate: (object, old, { now }) => {
      const merged = statusRules<PersistentVolume>().prepareForUpdate(object, old, { now, nowMs: 0, uuid: () => '' });
      const { status } = merged;
      if (status === undefined || status.phase === old.status?.phase) return merged;
      if (status.lastPhaseTransitionTime !== old.status?.lastPhaseTransitionTime) return merged;
      return { ...merged, status: { ...status, lastPhaseTransitionTime: now } };
    },
  },
  selectableFields: { name: object => object.metadata.name ?? '' },
  columns: [
    nameColumn,
    textColumn<PersistentVolume>('Capacity', 'Its size.', object => formatStorage(object.spec?.capacity)),
    textColumn<PersistentVolume>('Access Modes', 'How it can be mounted.', object =>
      formatAccessModes(object.spec?.accessModes),
    ),
    textColumn<PersistentVolume>(
      'Reclaim Policy',
      'What happens once it is released.',
      o => o.spec?.persistentVolumeReclaimPolicy ?? '',
    ),
    textColumn<PersistentVolume>('Status', 'Where it stands.', object =>
      object.metadata.deletionTimestamp === undefined ? (object.status?.phase ?? '') : 'Terminating',
    ),
    textColumn<PersistentVolume>('Claim', 'The claim that it is bound to.', formatClaim),
    textColumn<PersistentVolume>('StorageClass', 'Its storage class.', storageClassOf),
    textColumn<PersistentVolume>(
      'VolumeAttributesClass',
      'Its attributes class.',
      o => o.spec?.volumeAttributesClassName ?? '<unset>',
    ),
    textColumn<PersistentVolume>('Reason', 'Why it stands there.', object => object.status?.reason ?? ''),
    ageColumn,
    textColumn<PersistentVolume>(
      'VolumeMode',
      'Filesystem or Block.',
      object => object.spec?.volumeMode ?? '<unset>',
      wide,
    ),
  ],
});
