import { isSemanticallyEqual, type KubeObject } from '../../machinery/index.ts';
import type { AdmissionRound } from '../core-contract.ts';

/**
 * What one mutating plugin remembers of a request from its first round to the second. Kubernetes: what asks for it
 * (`reinvocationPolicy: IfNeeded`) is invoked once more when something after it has changed the object.
 */
export class ReinvocationMemory {
  readonly #invoked = new Set<string>();
  readonly #due = new Set<string>();
  #lastOutput: KubeObject | undefined;

  /** In the second round: what other plugins have changed since counts as well. */
  begin(round: AdmissionRound, object: KubeObject | undefined): void {
    if (round.isReinvocation && !isSemanticallyEqual(this.#lastOutput, object)) this.#makeAllDue();
  }

  /** Whether something has its turn in this round. */
  isWanted(round: AdmissionRound, key: string): boolean {
    return !round.isReinvocation || this.#due.has(key);
  }

  noteInvoked(key: string): void {
    this.#invoked.add(key);
  }

  noteChange(round: AdmissionRound): void {
    this.#makeAllDue();
    round.requireReinvocation();
  }

  end(object: KubeObject | undefined): void {
    this.#lastOutput = object;
  }

  #makeAllDue(): void {
    for (const key of this.#invoked) this.#due.add(key);
    this.#invoked.clear();
  }
}
