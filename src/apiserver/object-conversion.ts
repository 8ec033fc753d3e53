import type { KubeObject, ObjectSchema } from '../machinery/index.ts';
import type { StoredObject } from '../storage/index.ts';

/**
 * How the objects of a CRD with a conversion webhook come into and out of one version. Where a resource has one, every
 * request works on objects in the version that it names, and nothing but this turns them into another: see
 * docs/decisions/converted-before-encoded.md. All reject with a `StatusError` where the webhook fails.
 */
export interface ObjectConversion {
  /**
   * Stored objects as the version shows them, in the same order and with the same keys and revisions. One call of the
   * webhook for all that have not been converted yet, none where all have been.
   */
  show(stored: readonly StoredObject[]): Promise<readonly StoredObject[]>;
  /** A request's object in the version in which it is stored. */
  toStorage(object: KubeObject): Promise<KubeObject>;
  /** An object of any version in another: for admission webhooks that ask for theirs, for managed fields of others. */
  toVersion(object: KubeObject, apiVersion: string): Promise<KubeObject>;
  /** Of any version of the CRD. */
  schemaOf(apiVersion: string): ObjectSchema | undefined;
}
