import type { KubeObject } from '../../machinery/index.ts';
import type { AdmissionPlugin, AdmissionRequest } from '../core-contract.ts';
import type { AdmissionMetrics, AdmissionType } from '../metrics/index.ts';
import { AdmissionChain } from './admission-chain.ts';

/** A chain whose two steps are timed. */
export class MeteredChain extends AdmissionChain {
  readonly #metrics: AdmissionMetrics;

  constructor(plugins: readonly AdmissionPlugin[], metrics: AdmissionMetrics) {
    super(plugins);
    this.#metrics = metrics;
  }

  override mutate(request: AdmissionRequest): KubeObject | Promise<KubeObject> {
    const startMs = this.#metrics.now();
    try {
      const result = super.mutate(request);
      if (result instanceof Promise) this.#noteLater('admit', request, result, startMs);
      else this.#metrics.noteStep('admit', request, false, startMs);
      return result;
    } catch (error) {
      this.#metrics.noteStep('admit', request, true, startMs);
      throw error;
    }
  }

  override validate(request: AdmissionRequest): void | Promise<void> {
    const startMs = this.#metrics.now();
    try {
      const result = super.validate(request);
      if (result instanceof Promise) this.#noteLater('validate', request, result, startMs);
      else this.#metrics.noteStep('validate', request, false, startMs);
      return result;
    } catch (error) {
      this.#metrics.noteStep('validate', request, true, startMs);
      throw error;
    }
  }

  #noteLater(type: AdmissionType, request: AdmissionRequest, pending: Promise<unknown>, startMs: number): void {
    const note = (isRejected: boolean): void => this.#metrics.noteStep(type, request, isRejected, startMs);
    pending.then(
      () => note(false),
      () => note(true),
    );
  }
}
