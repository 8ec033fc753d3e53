/** What evaluation came to where it has no outcome: a value like others, because `||` and `&&` may do without it. */
export class CelFailure {
  readonly message: string;

  constructor(message: string) {
    this.message = message;
  }
}

export function fail(message: string): CelFailure {
  return new CelFailure(message);
}

export const noSuchOverload: CelFailure = new CelFailure('no such overload');

/** Ends an evaluation that has become too expensive. */
export class CostExceeded extends Error {
  constructor() {
    super('operation cancelled: actual cost limit exceeded');
  }
}

/** Counts what an evaluation costs. Kubernetes: cel-go's `interpreter/runtimecost.go`. */
export class CostCounter {
  #spent = 0;
  readonly #limit: number;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get spent(): number {
    return this.#spent;
  }

  add(cost: number): void {
    this.#spent += cost;
    if (this.#spent > this.#limit) throw new CostExceeded();
  }
}
