import { type PersistentVolumeClaim, persistentVolumeClaims } from '../generated/index.ts';
import { settleDataSources, validateClaimSpec, validateClaimStatus, validateClaimUpdate } from './claim-validation.ts';
import { defineKind } from './define-kind.ts';
import { changeField, fillDefaults } from './fill-defaults.ts';
import { formatAccessModes, formatStorage, storageClassOf } from './persistent-volume.ts';
import { warnOfClaim } from './pod-warnings.ts';
import { statusRules } from './status-rules.ts';
import { ageColumn, nameColumn, textColumn, wide } from './table-columns.ts';

const isBound = (claim: PersistentVolumeClaim): boolean => (claim.spec?.volumeName ?? '') !== '';

export const persistentVolumeClaim = defineKind(persistentVolumeClaims, {
  hasGeneration: false,
  setDefaults: object => {
    const moded = changeField(object, 'spec', spec => fillDefaults(spec, { volumeMode: 'Filesystem' }));
    return changeField(moded, 'status', status => fillDefaults(status, { phase: 'Pending' }));
  },
  prepareForCreate: object => ({ ...settleDataSources(object), status: { phase: 'Pending' } }),
  prepareForUpdate: (object, old) => settleDataSources(object, old),
  skipsFullValidationOnUpdate: true,
  validateCreate: object => validateClaimSpec(object.spec ?? {}, 'spec'),
  validateUpdate: validateClaimUpdate,
  warnings: object => warnOfClaim(object.spec?.resources, 'spec'),
  status: statusRules<PersistentVolumeClaim>({ validateUpdate: validateClaimStatus }),
  selectableFields: { name: object => object.metadata.name ?? '' },
  columns: [
    nameColumn,
    textColumn<PersistentVolumeClaim>('Status', 'Where it stands.', object =>
      object.metadata.deletionTimestamp === undefined ? (object.status?.phase ?? '') : 'Terminating',
    ),
    textColumn<PersistentVolumeClaim>(
      'Volume',
      'The volume that it is bound to.',
      object => object.spec?.volumeName ?? '',
    ),
    textColumn<PersistentVolumeClaim>('Capacity', 'Its size.', o =>
      isBound(o) ? formatStorage(o.status?.capacity) : '',
    ),
    textColumn<PersistentVolumeClaim>('Access Modes', 'How it can be mounted.', object =>
      isBound(object) ? formatAccessModes(object.status?.accessModes) : '',
    ),
    textColumn<PersistentVolumeClaim>('StorageClass', 'Its storage class.', storageClassOf),
    textColumn<PersistentVolumeClaim>(
      'VolumeAttributesClass',
      'Its attributes class.',
      o => o.spec?.volumeAttributesClassName ?? '<unset>',
    ),
    ageColumn,
    textColumn<PersistentVolumeClaim>(
      'VolumeMode',
      'Filesystem or Block.',
      object => object.spec?.volumeMode ?? '<unset>',
      wide,
    ),
  ],
});
