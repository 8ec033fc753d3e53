import type { ParseResult } from '@marcbachmann/cel-js';

/** Kubernetes: `RuntimeCELCostBudget`: for all expressions of a policy and one parameter together. */
export const costBudget = 10_000_000;
/** Kubernetes: `PerCallLimit`: for one expression. */
export const costPerExpression = 1_000_000;
/** Kubernetes: `RuntimeCELCostBudgetMatchConditions`. */
export const costBudgetOfMatchConditions = 2_500_000;

export class CostExceeded extends Error {
  constructor() {
    super('operation cancelled: actual cost limit exceeded');
  }
}

/** What the evaluation of several expressions may still cost together. */
export class CostBudget {
  #remaining: number;

  constructor(budget: number) {
    this.#remaining = budget;
  }

  /** Whether there was enough. */
  spend(cost: number): boolean {
    this.#remaining -= cost;
    return this.#remaining >= 0;
  }
}

type Evaluate = (evaluator: Evaluator, node: unknown, context: unknown) => unknown;

/** The library's evaluator, as far as it matters here: every node of an expression is evaluated through `run`. */
interface Evaluator {
  run(node: { evaluate: Evaluate }, context: unknown): unknown;
  debugTypeDeep(value: unknown): unknown;
}

type Root = { evaluate: Evaluate };

export interface MeteredProgram {
  /** What it has cost is noted even when it fails. */
  run(variables: Readonly<Record<string, unknown>>): {
    readonly cost: number;
    readonly value?: unknown;
    readonly error?: unknown;
  };
}

/**
 * Counts what an expression costs while it runs, and ends it beyond the limit: one for each step, where upstream weighs
 * steps by the size of what they work on as well. The library has no such limit; what we hold on to is that the root of a
 * program is handed its evaluator and passes it on.
 */
export function meter(program: ParseResult): MeteredProgram {
  const root = program.ast as unknown as Root;
  const first = root.evaluate;
  let own: Evaluate | undefined;
  let cost = 0;
  const count = (evaluator: Evaluator): Evaluator => {
    const metered: Evaluator = Object.create(evaluator);
    metered.run = (node, context) => {
      cost++;
      if (cost > costPerExpression) throw new CostExceeded();
      return node.evaluate(metered, node, context);
    };
    // Reads the evaluator's private parts.
    metered.debugTypeDeep = value => evaluator.debugTypeDeep(value);
    return metered;
  };
  const begin: Evaluate = (evaluator, node, context) => {
    const isBegun = own !== undefined && Object.hasOwn(evaluator, 'run');
    const metered = isBegun ? evaluator : count(evaluator);
    return (own ?? first).call(root, metered, node, context);
  };
  // Nodes replace their own `evaluate` when they are first evaluated.
  Object.defineProperty(root, 'evaluate', {
    configurable: true,
    get: () => begin,
    set: (value: Evaluate) => {
      own = value;
    },
  });
  return {
    run(variables) {
      cost = 1;
      try {
        const value: unknown = program(variables);
        // `||` and the like go on with their other side.
        return cost > costPerExpression ? { error: new CostExceeded(), cost } : { value, cost };
      } catch (error) {
        return { error, cost };
      }
    },
  };
}
