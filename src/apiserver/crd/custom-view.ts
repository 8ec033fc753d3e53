import type { KubeObject } from '../../machinery/index.ts';
import type { CustomVersions } from './conversion/index.ts';

/**
 * Stored objects as one version of their CRD shows them without anybody being asked: completed as the version says in
 * which they are stored, renamed to this one, and pruned as this one says. Each once, as long as the object lives.
 */
export class CustomView {
  readonly #versions: CustomVersions;
  readonly #apiVersion: string;
  readonly #renames: boolean;
  readonly #shown = new WeakMap<KubeObject, KubeObject>();

  /** Without `renames`, objects stay in the version in which they are: a webhook turns them into another. */
  constructor(versions: CustomVersions, apiVersion: string, renames: boolean) {
    this.#versions = versions;
    this.#apiVersion = apiVersion;
    this.#renames = renames;
  }

  show(object: KubeObject): KubeObject {
    let shown = this.#shown.get(object);
    if (shown === undefined) {
      shown = this.#make(object);
      this.#shown.set(object, shown);
      // What has been shown is what it shows as.
      if (shown !== object) this.#shown.set(shown, shown);
    }
    return shown;
  }

  #make(object: KubeObject): KubeObject {
    const complete = this.#versions.complete(object);
    if (!this.#renames || complete.apiVersion === this.#apiVersion) return complete;
    return this.#versions.prune({ ...complete, apiVersion: this.#apiVersion });
  }
}
