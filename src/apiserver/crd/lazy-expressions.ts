import type { PolicyExpressions } from '../../machinery/cel/index.ts';

/** Loads the CEL of admission policies when the first one needs it: most clusters never do. */
export class LazyExpressions {
  #policies: Promise<PolicyExpressions> | undefined;

  /** What admission policies are evaluated with. */
  loadForPolicies(): Promise<PolicyExpressions> {
    this.#policies ??= import('../../machinery/cel/index.ts').then(({ PolicyExpressions }) => new PolicyExpressions());
    return this.#policies;
  }
}
