import type { AtVersion, KubeObject } from '../../machinery/index.ts';
import type { ObjectConversion } from '../object-conversion.ts';

/**
 * What a pure computation gives that looks at objects in versions which only a webhook can make. It is started anew each
 * time a conversion has arrived that it lacked, so that it need not know how to wait: nearly none lacks any.
 *
 * Rejects as `compute` throws, and with a `StatusError` where the webhook fails.
 */
export async function withConversions<T>(
  conversion: ObjectConversion,
  compute: (atVersion: AtVersion) => T,
): Promise<T> {
  const known = new Map<string, KubeObject>();
  const atVersion: AtVersion = (object, apiVersion) => {
    const schema = conversion.schemaOf(apiVersion);
    if (schema === undefined) return undefined;
    if (object.apiVersion === apiVersion) return { object, schema };
    const id = `${apiVersion} ${JSON.stringify(object)}`;
    const converted = known.get(id);
    if (converted === undefined) throw new ConversionNeeded(id, object, apiVersion);
    return { object: converted, schema };
  };
  for (;;) {
    try {
      return compute(atVersion);
    } catch (error) {
      if (!(error instanceof ConversionNeeded)) throw error;
      known.set(error.id, await conversion.toVersion(error.object, error.apiVersion));
    }
  }
}

class ConversionNeeded extends Error {
  readonly id: string;
  readonly object: KubeObject;
  readonly apiVersion: string;

  constructor(id: string, object: KubeObject, apiVersion: string) {
    super(`needed in ${apiVersion}`);
    this.id = id;
    this.object = object;
    this.apiVersion = apiVersion;
  }
}
