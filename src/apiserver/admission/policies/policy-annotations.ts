import type { CallContext } from '../../core-contract.ts';

const valueLengthMax = 10 * 1024;

/** The audit annotations of one policy: what several bindings say under one key is told in one value. */
export class PolicyAnnotations {
  readonly #policy: string;
  readonly #values = new Map<string, Set<string>>();

  constructor(policy: string) {
    this.#policy = policy;
  }

  add(key: string, value: string): void {
    const values = this.#values.get(key) ?? new Set<string>();
    this.#values.set(key, values.add(value.slice(0, valueLengthMax)));
  }

  publish(call: CallContext): void {
    for (const [key, values] of this.#values) call.annotate?.(`${this.#policy}/${key}`, [...values].join(', '));
  }
}
