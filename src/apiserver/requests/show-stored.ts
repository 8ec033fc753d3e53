import type { StoredObject } from '../../storage/index.ts';
import type { Endpoint } from '../resources/endpoint.ts';

/** A stored object as requests to the endpoint work on it: itself, unless a webhook has to be asked. */
export function showStored({ conversion }: Endpoint, stored: StoredObject): StoredObject | Promise<StoredObject> {
  return conversion === undefined ? stored : conversion.show([stored]).then(([shown]) => shown!);
}
