import { type KubeObject, type ObjectSchema, StatusError } from '../../../machinery/index.ts';
import { StoredObject } from '../../../storage/index.ts';
import type { ObjectConversion } from '../../object-conversion.ts';
import type { CustomVersions } from './custom-versions.ts';
import type { WebhookConverter } from './webhook-converter.ts';

/** Objects of one call: a large list must not become one message that no webhook takes. */
const objectsPerCall = 500;

/**
 * One served version of a CRD whose webhook converts. Each stored object is converted at most once for each version,
 * however many ask for it at the same time, and what came out lives as long as the stored object.
 */
export class VersionConversion implements ObjectConversion {
  readonly #versions: CustomVersions;
  readonly #converter: WebhookConverter;
  readonly #apiVersion: string;
  readonly #shown = new WeakMap<StoredObject, Promise<StoredObject>>();

  constructor(versions: CustomVersions, converter: WebhookConverter, apiVersion: string) {
    this.#versions = versions;
    this.#converter = converter;
    this.#apiVersion = apiVersion;
  }

  show(stored: readonly StoredObject[]): Promise<readonly StoredObject[]> {
    const unknown = stored.filter(each => !this.#shown.has(each));
    for (let from = 0; from < unknown.length; from += objectsPerCall) {
      this.#start(unknown.slice(from, from + objectsPerCall));
    }
    return Promise.all(stored.map(each => this.#shown.get(each)!));
  }

  toStorage(object: KubeObject): Promise<KubeObject> {
    return this.toVersion(object, this.#versions.storageApiVersion);
  }

  async toVersion(object: KubeObject, apiVersion: string): Promise<KubeObject> {
    if (object.apiVersion === apiVersion) return object;
    const [converted] = await this.#convert([object], apiVersion);
    return converted!;
  }

  schemaOf(apiVersion: string): ObjectSchema | undefined {
    return this.#versions.schemaOf(apiVersion);
  }

  #start(batch: readonly StoredObject[]): void {
    const objects = batch.map(stored => this.#versions.complete(stored.object));
    const converting = this.#convert(objects, this.#apiVersion);
    for (const [index, stored] of batch.entries()) {
      const shown = converting.then(converted => withObject(stored, converted[index]!));
      this.#shown.set(stored, shown);
      // Whoever asks next tries again; whoever asked now has been told.
      shown.catch(() => this.#shown.delete(stored));
    }
  }

  async #convert(objects: readonly KubeObject[], apiVersion: string): Promise<readonly KubeObject[]> {
    try {
      const converted = await this.#converter.convert(objects, apiVersion);
      return converted.map((object, index) => (object === objects[index] ? object : this.#versions.prune(object)));
    } catch (error) {
      throw new ConversionError((error as Error).message);
    }
  }
}

function withObject(stored: StoredObject, object: KubeObject): StoredObject {
  if (object === stored.object) return stored;
  return new StoredObject(stored.key, stored.revision, object as StoredObject['object'], undefined, undefined);
}

/** Kubernetes: an error of a converter has no reason of its own, only 500. */
class ConversionError extends StatusError {
  constructor(message: string) {
    super('InternalError', message);
  }

  override toStatus(): ReturnType<StatusError['toStatus']> {
    const { reason: _, ...status } = super.toStatus();
    return status;
  }
}
