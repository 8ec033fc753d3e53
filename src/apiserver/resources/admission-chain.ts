import { type KubeObject, type ManagedFieldsEntry, quoteGo } from '../../machinery/index.ts';
import type { AdmissionPlugin, AdmissionRequest } from '../core-contract.ts';
import { RequestRound } from './admission-round.ts';

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

  /**
   * The object as the plugins leave it; undefined for a deletion, which has none to change. Kubernetes: when a webhook or a
   * policy has changed it, everybody is asked a second time.
   */
  mutate(request: AdmissionRequest): KubeObject | Promise<KubeObject> {
    const round = new RequestRound();
    const object = this.#mutateFrom(request, round, 0);
    return object instanceof Promise
      ? object.then(settled => this.#mutateAgain(request, round, settled))
      : keepManagers(request, object);
  }

  validate(request: AdmissionRequest): void | Promise<void> {
    return this.#validateFrom(request, 0);
  }

  async #mutateAgain(request: AdmissionRequest, round: RequestRound, object: KubeObject): Promise<KubeObject> {
    const settled = round.beginAnother() ? await this.#mutateFrom({ ...request, object }, round, 0) : object;
    return keepManagers(request, settled);
  }

  #mutateFrom(request: AdmissionRequest, round: RequestRound, start: number): KubeObject | Promise<KubeObject> {
    let current = request;
    for (let i = start; i < this.#mutating.length; i++) {
      const object = this.#mutating[i]!.mutate!(current, round);
      if (object instanceof Promise) {
        return object.then(settled => this.#mutateFrom({ ...current, object: settled }, round, i + 1));
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

/** Kubernetes: whoever spoils the managed fields finds them restored, and is told. */
function keepManagers({ object: before, call }: AdmissionRequest, object: KubeObject): KubeObject {
  const given = before?.metadata?.managedFields;
  if (object?.metadata?.managedFields === given) return object;
  const problem = explainManagers(object.metadata.managedFields ?? []);
  if (problem === undefined) return object;
  const hint = 'this could be caused by an outdated mutating admission controller; please fix your requests';
  call.warn(`.metadata.managedFields was in an invalid state after admission; ${hint}: ${problem}`);
  return { ...object, metadata: { ...object.metadata, managedFields: given } };
}

/** Kubernetes: why managed fields cannot be decoded. */
function explainManagers(entries: readonly ManagedFieldsEntry[]): string | undefined {
  for (const [i, { operation, apiVersion, fieldsType }] of entries.entries()) {
    if (operation !== 'Apply' && operation !== 'Update') return 'operation must be `Apply` or `Update`';
    if (!apiVersion) return 'apiVersion must not be empty';
    if (!fieldsType) return `missing fieldsType in managed fields entry ${i}`;
    if (fieldsType !== 'FieldsV1') return `invalid fieldsType ${quoteGo(fieldsType)} in managed fields entry ${i}`;
  }
  return undefined;
}
