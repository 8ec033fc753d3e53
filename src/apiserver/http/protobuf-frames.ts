import type { StatusError } from '../../machinery/index.ts';
import { frameWatchEvent } from '../../machinery/protobuf/index.ts';
import type { ApiWatchEvent, ServedResource } from '../core-contract.ts';
import type { MessageCache, PartialVersion } from './message-cache.ts';
import { protobufType } from './negotiation.ts';
import { sealStatus } from './status-response.ts';
import type { WatchFrames } from './watch-response.ts';

/** Frames of `application/vnd.kubernetes.protobuf;stream=watch`, shared by all watchers that want the same. */
export class ProtobufFrames implements WatchFrames {
  readonly contentType = `${protobufType};stream=watch`;
  readonly #resource: ServedResource;
  readonly #partial: PartialVersion;
  readonly #cache: MessageCache;

  constructor(resource: ServedResource, partial: PartialVersion, cache: MessageCache) {
    this.#resource = resource;
    this.#partial = partial;
    this.#cache = cache;
  }

  format(event: ApiWatchEvent): Uint8Array {
    return this.#cache.frame(event, this.#resource, this.#partial);
  }

  formatError(error: StatusError): Uint8Array {
    return frameWatchEvent('ERROR', sealStatus(error.toStatus()));
  }
}
