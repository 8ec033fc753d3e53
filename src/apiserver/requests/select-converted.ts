import type { UnknownObject } from '../../machinery/index.ts';
import type { ObjectCache, Selection } from '../../storage/index.ts';
import type { ObjectConversion } from '../object-conversion.ts';

/**
 * The same selection by what the objects are in the version that the request names: labels and fields may have other
 * values there. Everything that could match is converted first, because a cache cannot wait while it looks.
 */
export async function selectConverted(
  cache: ObjectCache,
  conversion: ObjectConversion,
  selection: Selection,
): Promise<Selection> {
  const { matches, namespace, name } = selection;
  if (matches === undefined) return selection;
  const candidates = cache.select({ namespace, name });
  const shown = await conversion.show(candidates);
  const converted = new Map(candidates.map((stored, index) => [stored.key + stored.revision, shown[index]!.object]));
  // An older version of an object, on a later page of a list, is judged as it is stored.
  return {
    namespace,
    name,
    matches: object => matches(converted.get(`${keyIn(cache, object)}${object.metadata.resourceVersion}`) ?? object),
  };
}

function keyIn({ prefix }: ObjectCache, { metadata }: UnknownObject): string {
  return `${prefix}${metadata.namespace === undefined ? '' : `${metadata.namespace}/`}${metadata.name}`;
}
