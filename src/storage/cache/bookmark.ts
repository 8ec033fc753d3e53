import type { CachedResource } from '../object-cache.ts';
import { StoredObject } from '../stored-object.ts';
import { PlainEvent } from './object-change.ts';

/** Kubernetes: the bookmark that ends the initial events of a `sendInitialEvents` watch carries this. */
const initialEventsEnd = { 'k8s.io/initial-events-end': 'true' };

/** An object of the resource's kind that holds nothing but how far the watch has got. */
export function createBookmark(
  resource: CachedResource,
  prefix: string,
  revision: number,
  isInitialEnd: boolean,
): PlainEvent {
  const resourceVersion = String(revision);
  const metadata = isInitialEnd ? { resourceVersion, annotations: initialEventsEnd } : { resourceVersion };
  const object = { kind: resource.kind, apiVersion: resource.apiVersion, metadata };
  return new PlainEvent('BOOKMARK', revision, new StoredObject(prefix, revision, object, undefined, undefined));
}
