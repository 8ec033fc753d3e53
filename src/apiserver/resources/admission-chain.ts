import type { KubeObject } from '../../machinery/index.ts';
import type { AdmissionPlugin, AdmissionRequest } from '../core-contract.ts';

/** The plugins that care about one kind and operation, in order. Stays synchronous as long as they do. */
export class AdmissionChain {
  readonly #mutating: readonly AdmissionPlugin[];
  readonly #validating: readonly AdmissionPlugin[];

  constructor(plugins: readonly AdmissionPlugin[]) {
    this.#mutating = plugins.filter(plugin => plugin.mutate !== undefined);
    this.#validating = plugins.filter(plugin => plugin.validate !== undefined);
  }

  get mutates(): boolean {
    return this.#mutating.length > 0;
  }

  get validates(): boolean {
    return this.#validating.length > 0;
  }

  /** The object as the plugins leave it. */
  mutate(request: AdmissionRequest): KubeObject | Promise<KubeObject> {
    return this.#mutateFrom(request, 0);
  }

  validate(request: AdmissionRequest): void | Promise<void> {
    return this.#validateFrom(request, 0);
  }

  #mutateFrom(request: AdmissionRequest, start: number): KubeObject | Promise<KubeObject> {
    let current = request;
    for (let i = start; i < this.#mutating.length; i++) {
      const object = this.#mutating[i]!.mutate!(current);
      if (object instanceof Promise) {
        return object.then(settled => this.#mutateFrom({ ...current, object: settled }, i + 1));
      }
      if (object !== current.object) current = { ...current, object };
    }
    return current.object!;
  }

  #validateFrom(request: AdmissionRequest, start: number): void | Promise<void> {
    for (let i = start; i < this.#validating.length; i++) {
      const pending = this.#validating[i]!.validate!(request);
      if (pending instanceof Promise) return pending.then(() => this.#validateFrom(request, i + 1));
    }
  }
}
