import { isMap, type Json, type JsonMap } from './json-value.ts';

/**
 * Without what protobuf cannot tell from nothing: empty texts, lists and maps. A field that Go always writes, `endpoints`
 * of an EndpointSlice, is `[]` in JSON and absent from protobuf.
 */
export function withoutEmpty(value: Json): Json {
  if (Array.isArray(value)) return value.map(withoutEmpty);
  if (!isMap(value)) return value;
  const kept: JsonMap = {};
  for (const [key, inner] of Object.entries(value)) {
    // Claims within a StatefulSet say what they are in JSON only.
    const cleaned = key === 'volumeClaimTemplates' ? withoutKinds(withoutEmpty(inner)) : withoutEmpty(inner);
    if (!isEmpty(cleaned)) Object.defineProperty(kept, key, { value: cleaned, enumerable: true });
  }
  return kept;
}

function isEmpty(value: Json): boolean {
  if (value === null || value === '') return true;
  return typeof value === 'object' && Object.keys(value).length === 0;
}

function withoutKinds(claims: Json): Json {
  if (!Array.isArray(claims)) return claims;
  return claims.map(claim => {
    if (!isMap(claim)) return claim;
    const { apiVersion: _apiVersion, kind: _kind, ...rest } = claim;
    return rest;
  });
}
