import {
  type FieldError,
  formatFieldErrors,
  goTypeOf,
  isDeepEqual,
  isJsonObject,
  type KubeObject,
  type ObjectMeta,
  validateAnnotations,
  validateLabels,
} from '../../../machinery/index.ts';

type Fields = Readonly<Record<string, unknown>>;

/** Kubernetes: `validateConvertedObject`: what no conversion may change. Throws with what differs. */
export function checkSameObject(original: KubeObject, converted: Fields): void {
  const metadata = isJsonObject(converted['metadata']) ? converted['metadata'] : {};
  const demand = (what: string, before: string | undefined, after: unknown): void => {
    const text = typeof after === 'string' ? after : '';
    if ((before ?? '') !== text) throw new Error(`must have the same ${what}: ${before ?? ''} != ${text}`);
  };
  demand('kind', original.kind, converted['kind']);
  demand('name', original.metadata.name, metadata['name']);
  demand('namespace', original.metadata.namespace, metadata['namespace']);
  demand('UID', original.metadata.uid, metadata['uid']);
}

/**
 * The converted object with the original's metadata; only labels and annotations are the webhook's to change.
 * Kubernetes: `restoreObjectMeta`.
 */
export function restoreMetadata(original: KubeObject, converted: Fields): KubeObject {
  const given = converted['metadata'];
  if (given === undefined) throw new Error('missing metadata in converted object');
  if (!isJsonObject(given)) throw new Error(`invalid metadata of type ${goTypeOf(given)} in converted object`);
  const labels = settleTexts('labels', original.metadata.labels, given['labels']);
  const annotations = settleTexts('annotations', original.metadata.annotations, given['annotations']);
  const { labels: _, annotations: __, ...rest } = original.metadata;
  const metadata: ObjectMeta = {
    ...rest,
    ...(labels === undefined ? {} : { labels }),
    ...(annotations === undefined ? {} : { annotations }),
  };
  return { ...converted, metadata } as unknown as KubeObject;
}

function settleTexts(
  field: 'labels' | 'annotations',
  before: Readonly<Record<string, string>> | undefined,
  given: unknown,
): Readonly<Record<string, string>> | undefined {
  if (given === undefined || given === null) return undefined;
  if (!isJsonObject(given)) throw new Error(`invalid metadata.${field} of type ${goTypeOf(given)} in converted object`);
  for (const key in given) {
    if (typeof given[key] === 'string') continue;
    throw new Error(`metadata.${field}[${key}] must be a string, but is ${goTypeOf(given[key])} in converted object`);
  }
  const texts = given as Readonly<Record<string, string>>;
  if (!isDeepEqual(before ?? {}, texts)) demandValid(field, texts);
  return texts;
}

function demandValid(field: 'labels' | 'annotations', texts: Readonly<Record<string, string>>): void {
  const errors: readonly FieldError[] =
    field === 'labels'
      ? validateLabels(texts, 'metadata.labels')
      : // Kubernetes: the path says `annotation`.
        validateAnnotations(texts, 'metadata.annotation');
  if (errors.length > 0) throw new Error(formatFieldErrors(errors));
}
