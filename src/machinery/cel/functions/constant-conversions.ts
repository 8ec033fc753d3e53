import { refuseCall } from '../language/call-guard.ts';
import type { Checked } from '../language/checker.ts';
import type { Expression } from '../language/expression.ts';
import { CelFailure } from '../language/failure.ts';
import { conversions } from './conversions.ts';
import { childrenOf } from './literal-checks.ts';

/**
 * The first conversion of a constant that is bound to fail: `int('x')`.
 * Kubernetes: cel-go computes these when it makes a program.
 */
export function findFailingConversion(checked: Checked): CelFailure | undefined {
  return new ConstantSearch(checked).findIn(checked.expression);
}

class ConstantSearch {
  readonly #checked: Checked;
  readonly #constants = new Map<Expression, unknown>();

  constructor(checked: Checked) {
    this.#checked = checked;
  }

  findIn(expression: Expression): CelFailure | undefined {
    for (const child of childrenOf(expression)) {
      const found = this.findIn(child);
      if (found !== undefined) return found;
    }
    if (expression.kind === 'literal') this.#constants.set(expression, expression.value);
    if (expression.kind !== 'call' || expression.target !== undefined) return undefined;
    const [argument] = expression.args;
    const convert = conversions[expression.name];
    if (convert === undefined || argument === undefined || !this.#constants.has(argument)) return undefined;
    const given = this.#constants.get(argument);
    const refusal = refuseCall(expression.name, this.#checked.signaturesOf(expression), [given]);
    const result = refusal ?? convert(given);
    if (result instanceof CelFailure) return result;
    this.#constants.set(expression, result);
    return undefined;
  }
}
