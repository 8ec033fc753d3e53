import {
  checkDns1123Label,
  checkQualifiedName,
  fieldError,
  invalidEach,
  quantityToNumber,
  validateLabelSelector,
} from '../../../machinery/index.ts';
import type {
  DownwardAPIVolumeFile,
  KeyToPath,
  ProjectedVolumeSource,
  Volume,
  VolumeProjection,
} from '../../generated/index.ts';
import { checkFileMode, checkNoBacksteps, checkNonReservedPath, type Errors } from './field-checks.ts';
import { checkFieldRef, checkResourceRef, volumeFields } from './validate-env.ts';

/** Volumes by name, as mounts look them up. Only sound ones are found. */
export type VolumesByName = ReadonlyMap<string, Volume>;

/** Kubernetes: `ValidateVolumes`. Sources of other vendors are checked by schema only. */
export function checkVolumes(
  errors: Errors,
  field: string,
  volumes: readonly Volume[] | undefined,
  podName: string | undefined,
): VolumesByName {
  const sound = new Map<string, Volume>();
  const created = new Set(
    (volumes ?? [])
      .filter(volume => volume.ephemeral !== undefined && podName)
      .map(volume => `${podName}-${volume.name}`),
  );
  for (const [index, volume] of (volumes ?? []).entries()) {
    const at = `${field}[${index}]`;
    const own: Errors = [];
    checkSource(own, at, volume);
    if ((volume.name ?? '') === '') own.push(fieldError.required(`${at}.name`));
    else own.push(...invalidEach(`${at}.name`, volume.name, checkDns1123Label(volume.name)));
    if (sound.has(volume.name)) own.push(fieldError.duplicate(`${at}.name`, volume.name));
    if (own.length === 0) sound.set(volume.name, volume);
    else errors.push(...own);
    const claim = volume.persistentVolumeClaim?.claimName;
    if (claim !== undefined && created.has(claim)) {
      const detail = 'must not reference a PVC that gets created for an ephemeral volume';
      errors.push(fieldError.invalid(`${at}.persistentVolumeClaim.claimName`, claim, detail));
    }
  }
  return sound;
}

/** The order in which upstream looks at sources: the second one found is one too many. */
const sourceOrder = [
  'emptyDir',
  'hostPath',
  'gitRepo',
  'gcePersistentDisk',
  'awsElasticBlockStore',
  'secret',
  'nfs',
  'iscsi',
  'glusterfs',
  'flocker',
  'persistentVolumeClaim',
  'rbd',
  'cinder',
  'cephfs',
  'quobyte',
  'downwardAPI',
  'fc',
  'flexVolume',
  'configMap',
  'azureFile',
  'vsphereVolume',
  'photonPersistentDisk',
  'portworxVolume',
  'azureDisk',
  'storageos',
  'projected',
  'scaleIO',
  'csi',
  'ephemeral',
  'image',
] as const satisfies readonly (keyof Volume)[];

function checkSource(errors: Errors, field: string, volume: Volume): void {
  let isFirst = true;
  for (const name of sourceOrder) {
    if (volume[name] === undefined) continue;
    if (isFirst) checkOne(errors, `${field}.${name}`, volume, name);
    else errors.push(fieldError.forbidden(`${field}.${name}`, 'may not specify more than 1 volume type'));
    isFirst = false;
  }
  if (isFirst) errors.push(fieldError.required(field, 'must specify a volume type'));
}

const hostPathTypes = [
  '',
  'BlockDevice',
  'CharDevice',
  'Directory',
  'DirectoryOrCreate',
  'File',
  'FileOrCreate',
  'Socket',
];

function checkOne(errors: Errors, field: string, volume: Volume, name: (typeof sourceOrder)[number]): void {
  switch (name) {
    case 'emptyDir':
      if (quantityToNumber(volume.emptyDir!.sizeLimit) < 0) {
        errors.push(fieldError.forbidden(`${field}.sizeLimit`, 'SizeLimit field must be a valid resource quantity'));
      }
      return;
    case 'hostPath':
      checkHostPath(errors, field, volume.hostPath!);
      return;
    case 'secret':
      if ((volume.secret!.secretName ?? '') === '') errors.push(fieldError.required(`${field}.secretName`));
      checkFileMode(errors, `${field}.defaultMode`, volume.secret!.defaultMode);
      checkItems(errors, field, volume.secret!.items);
      return;
    case 'configMap':
      if ((volume.configMap!.name ?? '') === '') errors.push(fieldError.required(`${field}.name`));
      checkFileMode(errors, `${field}.defaultMode`, volume.configMap!.defaultMode);
      checkItems(errors, field, volume.configMap!.items);
      return;
    case 'persistentVolumeClaim':
      if ((volume.persistentVolumeClaim!.claimName ?? '') === '')
        errors.push(fieldError.required(`${field}.claimName`));
      return;
    case 'nfs':
      checkNfs(errors, field, volume.nfs!);
      return;
    case 'downwardAPI':
      checkFileMode(errors, `${field}.defaultMode`, volume.downwardAPI!.defaultMode);
      for (const file of volume.downwardAPI!.items ?? []) checkDownwardFile(errors, field, file);
      return;
    case 'projected':
      checkProjected(errors, field, volume.projected!);
      return;
    case 'image':
      if ((volume.image!.reference ?? '') === '') errors.push(fieldError.required(`${field}.reference`));
      return;
    default:
  }
}

export function checkHostPath(errors: Errors, field: string, source: NonNullable<Volume['hostPath']>): void {
  if ((source.path ?? '') === '') {
    errors.push(fieldError.required(`${field}.path`));
    return;
  }
  checkNoBacksteps(errors, `${field}.path`, source.path);
  if (source.type !== undefined && !hostPathTypes.includes(source.type)) {
    errors.push(fieldError.notSupported(`${field}.type`, source.type, hostPathTypes));
  }
}

export function checkNfs(errors: Errors, field: string, source: NonNullable<Volume['nfs']>): void {
  if ((source.server ?? '') === '') errors.push(fieldError.required(`${field}.server`));
  if ((source.path ?? '') === '') errors.push(fieldError.required(`${field}.path`));
  else if (!source.path.startsWith('/'))
    errors.push(fieldError.invalid(`${field}.path`, source.path, 'must be an absolute path'));
}

function checkItems(errors: Errors, field: string, items: readonly KeyToPath[] | undefined): void {
  for (const [index, item] of (items ?? []).entries()) checkKeyToPath(errors, `${field}.items[${index}]`, item);
}

function checkKeyToPath(errors: Errors, field: string, item: KeyToPath): void {
  if ((item.key ?? '') === '') errors.push(fieldError.required(`${field}.key`));
  if ((item.path ?? '') === '') errors.push(fieldError.required(`${field}.path`));
  checkNonReservedPath(errors, `${field}.path`, item.path ?? '');
  checkFileMode(errors, `${field}.mode`, item.mode);
}

function checkDownwardFile(errors: Errors, field: string, file: DownwardAPIVolumeFile): void {
  if ((file.path ?? '') === '') errors.push(fieldError.required(`${field}.path`));
  checkNonReservedPath(errors, `${field}.path`, file.path ?? '');
  if (file.fieldRef !== undefined) {
    checkFieldRef(errors, `${field}.fieldRef`, file.fieldRef, volumeFields);
    if (file.resourceFieldRef !== undefined) {
      errors.push(
        fieldError.invalid(field, 'resource', 'fieldRef and resourceFieldRef can not be specified simultaneously'),
      );
    }
  } else if (file.resourceFieldRef !== undefined)
    checkResourceRef(errors, `${field}.resourceFieldRef`, file.resourceFieldRef, true);
  else errors.push(fieldError.required(field, 'one of fieldRef and resourceFieldRef is required'));
  checkFileMode(errors, `${field}.mode`, file.mode);
}

function checkProjected(errors: Errors, field: string, projected: ProjectedVolumeSource): void {
  checkFileMode(errors, `${field}.defaultMode`, projected.defaultMode);
  const paths = new ProjectedPaths(errors, field);
  for (const [index, source] of (projected.sources ?? []).entries()) {
    const at = `${field}.sources[${index}]`;
    checkProjection(errors, field, at, source, paths);
    if (Object.values(source).filter(value => value !== undefined).length > 1) {
      errors.push(fieldError.forbidden(at, 'may not specify more than 1 volume type per source'));
    }
  }
}

/** Two sources must not write the same file. */
class ProjectedPaths {
  private readonly errors: Errors;
  private readonly field: string;
  private readonly seen = new Set<string>();

  constructor(errors: Errors, field: string) {
    this.errors = errors;
    this.field = field;
  }

  add(path: string | undefined, value: unknown): void {
    if ((path ?? '') === '') return;
    if (this.seen.has(path!)) this.errors.push(fieldError.invalid(this.field, value, 'conflicting duplicate paths'));
    this.seen.add(path!);
  }
}

function checkProjection(
  errors: Errors,
  field: string,
  at: string,
  source: VolumeProjection,
  paths: ProjectedPaths,
): void {
  for (const name of ['secret', 'configMap'] as const) {
    const projection = source[name];
    if (projection === undefined) continue;
    if ((projection.name ?? '') === '') errors.push(fieldError.required(`${at}.${name}.name`));
    checkItems(errors, `${at}.${name}`, projection.items);
    for (const item of projection.items ?? []) paths.add(item.path, projection.name ?? '');
  }
  for (const file of source.downwardAPI?.items ?? []) {
    checkDownwardFile(errors, `${at}.downwardAPI`, file);
    paths.add(file.path, file.path);
  }
  if (source.serviceAccountToken !== undefined)
    checkToken(errors, field, `${at}.serviceAccountToken`, source.serviceAccountToken);
  if (source.clusterTrustBundle !== undefined)
    checkTrustBundle(errors, `${at}.clusterTrustBundle`, source.clusterTrustBundle, paths);
}

function checkToken(
  errors: Errors,
  field: string,
  at: string,
  token: NonNullable<VolumeProjection['serviceAccountToken']>,
): void {
  const seconds = token.expirationSeconds ?? 0;
  if (seconds < 600) {
    errors.push(
      fieldError.invalid(`${at}.expirationSeconds`, seconds, 'may not specify a duration less than 10 minutes'),
    );
  }
  if (seconds > 2 ** 32) {
    errors.push(
      fieldError.invalid(`${at}.expirationSeconds`, seconds, 'may not specify a duration larger than 2^32 seconds'),
    );
  }
  if ((token.path ?? '') === '') errors.push(fieldError.required(`${field}.path`));
  else checkNonReservedPath(errors, `${field}.path`, token.path);
}

function checkTrustBundle(
  errors: Errors,
  at: string,
  bundle: NonNullable<VolumeProjection['clusterTrustBundle']>,
  paths: ProjectedPaths,
): void {
  if (bundle.name !== undefined && bundle.signerName !== undefined) {
    errors.push(fieldError.invalid(at, bundle, 'only one of name and signerName may be used'));
  } else if (bundle.name === undefined && bundle.signerName === undefined) {
    errors.push(fieldError.required(at, 'either name or signerName must be specified'));
  } else if (bundle.signerName !== undefined) {
    errors.push(...invalidEach(`${at}.signerName`, bundle.signerName, checkQualifiedName(bundle.signerName)));
    errors.push(...validateLabelSelector(bundle.labelSelector, `${at}.labelSelector`));
  }
  if ((bundle.path ?? '') === '') errors.push(fieldError.required(`${at}.path`));
  checkNonReservedPath(errors, `${at}.path`, bundle.path ?? '');
  paths.add(bundle.path, bundle.path);
}
