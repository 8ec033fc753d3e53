import type { AdmissionRound } from '../core-contract.ts';

/** Carries what the mutating plugins of one request tell each other, and themselves in the second round. */
export class RequestRound implements AdmissionRound {
  #isReinvocation = false;
  #isRequired = false;
  #memories: Map<string, unknown> | undefined;

  get isReinvocation(): boolean {
    return this.#isReinvocation;
  }

  requireReinvocation(): void {
    this.#isRequired = true;
  }

  recall<T>(plugin: string, create: () => T): T {
    this.#memories ??= new Map();
    let memory = this.#memories.get(plugin) as T | undefined;
    if (memory === undefined) {
      memory = create();
      this.#memories.set(plugin, memory);
    }
    return memory;
  }

  /** Whether there is to be a second round, which then begins. There is never a third. */
  beginAnother(): boolean {
    if (this.#isReinvocation || !this.#isRequired) return false;
    this.#isReinvocation = true;
    return true;
  }
}
