import type { Volume } from '../../generated/index.ts';
import { type CheckPod, type PodSecurityCheck, pluralize, quoteAll, sortedSet } from '../pod-security-check.ts';

const harmless: readonly (keyof Volume)[] = [
  'configMap',
  'csi',
  'downwardAPI',
  'emptyDir',
  'ephemeral',
  'image',
  'persistentVolumeClaim',
  'projected',
  'secret',
];

const restricted: readonly (keyof Volume)[] = [
  'hostPath',
  'gcePersistentDisk',
  'awsElasticBlockStore',
  'gitRepo',
  'nfs',
  'iscsi',
  'glusterfs',
  'rbd',
  'flexVolume',
  'cinder',
  'cephfs',
  'flocker',
  'fc',
  'azureFile',
  'vsphereVolume',
  'quobyte',
  'azureDisk',
  'photonPersistentDisk',
  'portworxVolume',
  'scaleIO',
  'storageos',
];

const checkVolumes: CheckPod = ({ spec }) => {
  const bad = (spec.volumes ?? []).filter(volume => !harmless.some(source => volume[source] !== undefined));
  if (bad.length === 0) return undefined;
  const sources = sortedSet(bad.map(volume => restricted.find(source => volume[source] !== undefined) ?? 'unknown'));
  const volumes = `${pluralize('volume', 'volumes', bad.length)} ${quoteAll(bad.map(({ name }) => name))}`;
  const what = pluralize('restricted volume type', 'restricted volume types', sources.length);
  return {
    reason: 'restricted volume types',
    detail: `${volumes} ${pluralize('uses', 'use', bad.length)} ${what} ${quoteAll(sources)}`,
  };
};

export const volumeCheck: PodSecurityCheck = {
  id: 'restrictedVolumes',
  level: 'restricted',
  versions: [{ since: 0, check: checkVolumes, overrides: ['hostPathVolumes'] }],
};
