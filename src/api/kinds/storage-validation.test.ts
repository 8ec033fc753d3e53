import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type FieldError, formatFieldError } from '../../machinery/index.ts';
import {
  validateAttachment,
  validateAttachmentUpdate,
  validateAttributesClass,
  validateCsiCapacity,
  validateCsiDriver,
  validateCsiDriverUpdate,
  validateCsiNode,
  validateCsiNodeUpdate,
} from './storage-validation.ts';

// What kube-apiserver v1.36 answers to the same objects.

function textsOf(errors: readonly FieldError[]): readonly string[] {
  return errors.map(formatFieldError);
}

const metadata = { name: 'x' };

describe('a CSIDriver', () => {
  test('wants audiences that differ and times that make sense', () => {
    const tokenRequests = [
      { audience: 'a', expirationSeconds: 5 },
      { audience: 'a', expirationSeconds: 5 },
      { audience: 'b', expirationSeconds: 2 ** 33 },
    ];
    assert.deepEqual(textsOf(validateCsiDriver({ metadata, spec: { tokenRequests, fsGroupPolicy: 'x' } })), [
      'spec.fsGroupPolicy: Unsupported value: "x": supported values: "File", "None", "ReadWriteOnceWithFSType"',
      'spec.tokenRequests[0].expirationSeconds: Invalid value: 5: may not specify a duration less than 10 minutes',
      'spec.tokenRequests[1].audience: Duplicate value: "a"',
      'spec.tokenRequests[2].expirationSeconds: Invalid value: 8589934592: may not specify a duration larger than 2^32 seconds',
    ]);
  });

  test('keeps whether volumes are attached', () => {
    const [driver, old] = [true, false].map(attachRequired => ({ metadata, spec: { attachRequired } }));
    assert.deepEqual(textsOf(validateCsiDriverUpdate(driver!, old!)), [
      'spec.attachedRequired: Invalid value: true: field is immutable',
    ]);
  });
});

describe('a CSINode', () => {
  test('names each driver once, with the id that it gives the node', () => {
    const drivers = [
      { name: 'a.example', nodeID: '', topologyKeys: ['zone', 'zone'] },
      { name: 'a.example', nodeID: 'n', allocatable: { count: -1 } },
    ];
    assert.deepEqual(textsOf(validateCsiNode({ metadata, spec: { drivers } })), [
      'spec.drivers[0].nodeID: Required value',
      'spec.drivers[0]: Duplicate value: "zone"',
      'spec.drivers[1].allocatable.count: Invalid value: -1: must be greater than or equal to 0',
      'spec.drivers[1].name: Duplicate value: "a.example"',
    ]);
  });

  test('lets only the room of a driver change', () => {
    const node = (nodeID: string, count: number) => ({
      metadata,
      spec: { drivers: [{ name: 'a.example', nodeID, allocatable: { count } }] },
    });
    assert.deepEqual(validateCsiNodeUpdate(node('n', 2), node('n', 1)), []);
    assert.deepEqual(textsOf(validateCsiNodeUpdate(node('m', 1), node('n', 1))), [
      'spec.drivers: Invalid value: {"Name":"a.example","NodeID":"m","TopologyKeys":null,"Allocatable":null}: field is immutable',
    ]);
  });
});

test('a CSIStorageCapacity is of a class, and not negative', () => {
  const texts = textsOf(validateCsiCapacity({ metadata, storageClassName: 'A', capacity: '-1Gi' }));
  assert.match(texts[0]!, /^storageClassName: Invalid value: "A": a lowercase RFC 1123 subdomain/);
  assert.equal(texts[1], 'capacity: Invalid value: "-1Gi": must be greater than or equal to 0');
});

describe('a VolumeAttachment', () => {
  const attach = (source: object) => ({ metadata, spec: { attacher: 'a.example', nodeName: 'n', source } });

  test('is of one volume', () => {
    assert.deepEqual(textsOf(validateAttachment(attach({}))), [
      'spec.source: Required value: must specify exactly one of inlineVolumeSpec and persistentVolumeName',
    ]);
    assert.deepEqual(textsOf(validateAttachment(attach({ persistentVolumeName: 'v', inlineVolumeSpec: {} }))), [
      'spec.source: Forbidden: must specify exactly one of inlineVolumeSpec and persistentVolumeName',
    ]);
  });

  test('takes an inline volume of a CSI driver only', () => {
    const inlineVolumeSpec = { hostPath: { path: '/a' }, accessModes: ['ReadWriteOnce'], capacity: { storage: '1' } };
    assert.deepEqual(textsOf(validateAttachment(attach({ inlineVolumeSpec }))), [
      'spec.source.inlineVolumeSpec.capacity: Forbidden: may not be specified in the context of inline volumes',
      'spec.source.inlineVolumeSpec.csi: Required value: has to be specified in the context of inline volumes',
    ]);
  });

  test('stays what it is', () => {
    const [now, before] = [attach({ persistentVolumeName: 'a' }), attach({ persistentVolumeName: 'b' })];
    assert.match(textsOf(validateAttachmentUpdate(now, before))[0]!, /^spec: Invalid value: .*: field is immutable$/);
  });
});

test('a VolumeAttributesClass has parameters', () => {
  assert.deepEqual(textsOf(validateAttributesClass({ metadata, driverName: '', parameters: {} })), [
    'driverName: Required value',
    'parameters: Required value: must contain at least one key/value pair',
  ]);
});
