import { compareQuantities, parseQuantity, quantityOf, quantityToBigInt } from '../../machinery/index.ts';
import type { PersistentVolumeClaim, ScopedResourceSelectorRequirement } from '../generated/index.ts';
import { storageClassOf } from '../kinds/index.ts';
import { type Amounts, quantityIn } from './amounts.ts';
import type { QuotaEvaluator } from './quota-evaluator.ts';
import { matchesValue } from './scope-value.ts';

const classSuffix = '.storageclass.storage.k8s.io/';
const counted = ['persistentvolumeclaims', 'requests.storage'] as const;
const names: ReadonlySet<string> = new Set(['count/persistentvolumeclaims', ...counted]);

/** Claims: their number and what they ask for, also by StorageClass. */
export const claimEvaluator: QuotaEvaluator = {
  group: '',
  resource: 'persistentvolumeclaims',
  counts: name => names.has(name) || counted.some(each => name.endsWith(classSuffix + each)),
  isInScope: (object, scope) => isInScope(object as PersistentVolumeClaim, scope),
  usage: object => measure(object as PersistentVolumeClaim),
  isCountedAnew: () => true,
};

function measure(claim: PersistentVolumeClaim): Amounts {
  const usage: Record<string, string> = { 'count/persistentvolumeclaims': '1', persistentvolumeclaims: '1' };
  const storage = storageOf(claim);
  if (storage !== undefined) usage['requests.storage'] = storage;
  const storageClass = storageClassOf(claim);
  if (storageClass === '') return usage;
  for (const each of counted) if (usage[each] !== undefined) usage[storageClass + classSuffix + each] = usage[each];
  return usage;
}

/** What is asked for, or what has been given already where that is more; whole bytes. */
function storageOf({ spec, status }: PersistentVolumeClaim): string | undefined {
  const asked = spec?.resources?.requests?.['storage'];
  if (asked === undefined || parseQuantity(asked) === undefined) return undefined;
  const given = status?.allocatedResources;
  const isMore =
    given?.['storage'] !== undefined &&
    compareQuantities(quantityIn(given, 'storage'), quantityIn({ asked }, 'asked')) > 0;
  const text = isMore ? given!['storage']! : asked;
  const bytes = quantityToBigInt(text);
  const isWhole = bytes !== undefined && compareQuantities(quantityOf(bytes), parseQuantity(text)!) === 0;
  return isWhole ? text : String(bytes);
}

function isInScope({ spec, status }: PersistentVolumeClaim, scope: ScopedResourceSelectorRequirement): boolean {
  if (scope.scopeName !== 'VolumeAttributesClass') return false;
  const classes = [
    spec?.volumeAttributesClassName,
    status?.currentVolumeAttributesClassName,
    status?.modifyVolumeStatus?.targetVolumeAttributesClassName,
  ].filter(name => name !== undefined && name !== '') as string[];
  if (classes.length === 0) return matchesValue(scope, undefined);
  return classes.some(name => matchesValue(scope, name));
}
