import { canonicalizeQuantity } from '../../machinery/index.ts';
import {
  type CSIDriver,
  type CSIDriverSpec,
  type CSINode,
  type CSIStorageCapacity,
  csiDrivers,
  csiNodes,
  csiStorageCapacities,
  type VolumeAttachment,
  type VolumeAttributesClass,
  volumeAttachments,
  volumeAttributesClasses,
} from '../generated/index.ts';
import { defineKind } from './define-kind.ts';
import { changeField, fillDefaults } from './fill-defaults.ts';
import { statusRules } from './status-rules.ts';
import {
  validateAttachment,
  validateAttachmentUpdate,
  validateAttributesClass,
  validateAttributesClassUpdate,
  validateCsiCapacity,
  validateCsiCapacityUpdate,
  validateCsiDriver,
  validateCsiDriverUpdate,
  validateCsiNode,
  validateCsiNodeUpdate,
} from './storage-validation.ts';
import { ageColumn, booleanColumn, integerColumn, nameColumn, textColumn } from './table-columns.ts';

/** The kinds by which CSI drivers describe themselves. */

function defaultDriver(spec: CSIDriverSpec): CSIDriverSpec {
  const complete = fillDefaults(spec, {
    attachRequired: true,
    podInfoOnMount: false,
    storageCapacity: false,
    fsGroupPolicy: 'ReadWriteOnceWithFSType',
    requiresRepublish: false,
    seLinuxMount: false,
  });
  return (complete.volumeLifecycleModes ?? []).length > 0
    ? complete
    : { ...complete, volumeLifecycleModes: ['Persistent'] };
}

export const csiDriver = defineKind(csiDrivers, {
  startsWithoutGeneration: true,
  requiresResourceVersion: true,
  validateCreate: validateCsiDriver,
  validateUpdate: validateCsiDriverUpdate,
  setDefaults: object => changeField(object, 'spec', defaultDriver),
  columns: [
    nameColumn,
    booleanColumn<CSIDriver>(
      'AttachRequired',
      'Whether volumes are attached first.',
      o => o.spec.attachRequired ?? true,
    ),
    booleanColumn<CSIDriver>('PodInfoOnMount', 'Whether it is told of the pod.', o => o.spec.podInfoOnMount ?? false),
    booleanColumn<CSIDriver>('StorageCapacity', 'Whether it publishes capacity.', o => o.spec.storageCapacity ?? false),
    textColumn<CSIDriver>('TokenRequests', 'Audiences of the tokens it gets.', o =>
      o.spec.tokenRequests === undefined ? '<unset>' : o.spec.tokenRequests.map(request => request.audience).join(','),
    ),
    booleanColumn<CSIDriver>(
      'RequiresRepublish',
      'Whether volumes are published again and again.',
      o => o.spec.requiresRepublish ?? false,
    ),
    textColumn<CSIDriver>(
      'Modes',
      'Sorts of volumes it offers.',
      o => (o.spec.volumeLifecycleModes ?? []).join(',') || '<none>',
    ),
    ageColumn,
  ],
});

export const csiNode = defineKind(csiNodes, {
  hasGeneration: false,
  requiresResourceVersion: true,
  validateCreate: validateCsiNode,
  validateUpdate: validateCsiNodeUpdate,
  columns: [
    nameColumn,
    integerColumn<CSINode>('Drivers', 'Drivers on the node.', o => o.spec?.drivers?.length ?? 0),
    ageColumn,
  ],
});

export const csiStorageCapacity = defineKind(csiStorageCapacities, {
  hasGeneration: false,
  requiresResourceVersion: true,
  validateCreate: validateCsiCapacity,
  validateUpdate: validateCsiCapacityUpdate,
  columns: [
    nameColumn,
    textColumn<CSIStorageCapacity>(
      'StorageClassName',
      'For volumes of which class.',
      object => object.storageClassName,
    ),
    textColumn<CSIStorageCapacity>('Capacity', 'Room for volumes.', o =>
      o.capacity === undefined ? '<unset>' : (canonicalizeQuantity(o.capacity) ?? ''),
    ),
  ],
});

export const volumeAttachment = defineKind(volumeAttachments, {
  hasGeneration: false,
  requiresResourceVersion: true,
  // Kubernetes: attachers that are moved from another cluster bring their status along.
  prepareForCreate: object => ({ ...object, status: { attached: false } }),
  status: statusRules<VolumeAttachment>({ keeps: 'metadata' }),
  validateCreate: validateAttachment,
  validateUpdate: validateAttachmentUpdate,
  columns: [
    nameColumn,
    { ...textColumn<VolumeAttachment>('Attacher', 'Who attaches it.', object => object.spec.attacher), format: 'name' },
    textColumn<VolumeAttachment>('PV', 'The volume.', object => object.spec.source.persistentVolumeName ?? ''),
    textColumn<VolumeAttachment>('Node', 'The node it is attached to.', object => object.spec.nodeName),
    booleanColumn<VolumeAttachment>('Attached', 'Whether it is attached.', object => object.status?.attached === true),
    ageColumn,
  ],
});

export const volumeAttributesClass = defineKind(volumeAttributesClasses, {
  hasGeneration: false,
  validateCreate: validateAttributesClass,
  validateUpdate: validateAttributesClassUpdate,
  columns: [
    nameColumn,
    textColumn<VolumeAttributesClass>('DriverName', 'The driver that it is for.', object => object.driverName),
    ageColumn,
  ],
});
