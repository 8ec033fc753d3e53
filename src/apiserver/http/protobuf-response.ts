import { schemaOfKind } from '../../api/generated/index.ts';
import { parseGroupVersion } from '../../machinery/index.ts';
import { encodeMessage, sealEnvelope, sealList } from '../../machinery/protobuf/index.ts';
import type { ApiResult, ListResult, ObjectResult, OtherResult } from '../core-contract.ts';
import type { Frame, HttpResponse } from './http-message.ts';
import { encodeServed, type MessageCache, type PartialVersion } from './message-cache.ts';
import type { Representation } from './negotiation.ts';
import { identityOf, listIdentity, listMetaSchema, partialIdentity } from './protobuf-identity.ts';
import { protobufHeaders } from './status-response.ts';

/** A result of the core in protobuf. */
export function respondProtobuf(
  result: ApiResult,
  { as, asVersion = 'v1' }: Representation,
  cache: MessageCache,
): HttpResponse {
  const partial: PartialVersion = as === undefined ? undefined : asVersion;
  if (result.kind === 'list') {
    return {
      status: 200,
      headers: protobufHeaders,
      body: { kind: 'pieces', pieces: sealItems(result, partial, cache) },
    };
  }
  const bytes = result.kind === 'other' ? sealOther(result) : sealObject(result, partial, cache);
  return { status: result.code, headers: protobufHeaders, body: { kind: 'binary', bytes } };
}

function sealObject(
  { object, stored, resource }: ObjectResult,
  partial: PartialVersion,
  cache: MessageCache,
): Uint8Array {
  const message =
    stored === undefined ? encodeServed(object, resource, partial) : cache.message(stored, resource, partial);
  return sealEnvelope({ ...(partial === undefined ? identityOf(resource) : partialIdentity(partial)), message });
}

/** A Status, a Scale, a review: built in, whatever resource it came from. */
function sealOther({ object }: OtherResult): Uint8Array {
  const { apiVersion = '', kind = '' } = object;
  const { group, version } = parseGroupVersion(apiVersion);
  return sealEnvelope({ apiVersion, kind, message: encodeMessage(object, schemaOfKind(group, version, kind)) });
}

/** Items between two turns for others. */
const itemsPerTurn = 64;

/** The envelope begins with its length, so all items are encoded before the first byte goes out; others get their turn. */
function* sealItems(result: ListResult, partial: PartialVersion, cache: MessageCache): Generator<Frame> {
  const { items, resource, metadata } = result;
  const messages: Uint8Array[] = [];
  for (const stored of items) {
    messages.push(cache.message(stored, resource, partial));
    if (messages.length % itemsPerTurn === 0) yield '';
  }
  const identity = listIdentity(partial === undefined ? identityOf(resource) : partialIdentity(partial));
  yield* sealList(identity, encodeMessage(metadata, listMetaSchema()), messages);
}
