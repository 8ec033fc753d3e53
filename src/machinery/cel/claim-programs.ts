import { checkLiterals, standardFunctions } from './functions/index.ts';
import {
  CelFailure,
  type CelType,
  type Compiled,
  celTypes,
  compile,
  mapType,
  standardDeclarations,
} from './language/index.ts';
import { toJsonValue, userInfoType } from './policies/index.ts';

export type ClaimVariable = 'claims' | 'user';

const types: Readonly<Record<ClaimVariable, CelType>> = {
  claims: mapType(celTypes.string, celTypes.dyn),
  user: userInfoType,
};

/** The CEL of authentication: expressions over a token's claims, and over the user that they have made. */
export class ClaimPrograms {
  readonly #compiled = new Map<string, Compiled>();

  /** Why an expression is none, or gives something else; undefined when it is right. */
  check(expression: string, variable: ClaimVariable, wanted: readonly string[]): string | undefined {
    const compiled = this.#compile(expression, variable);
    if (compiled.program === undefined) return `compilation failed: ${compiled.problem}`;
    const { type } = compiled;
    if (type.kind === 'dyn' || wanted.includes(type.name)) return undefined;
    return wanted.length === 1 ? `must evaluate to ${wanted[0]}` : 'must evaluate to a string or a list of strings';
  }

  /** Throws where the expression fails. Integers come back as `bigint`. */
  run(expression: string, variable: ClaimVariable, value: unknown): unknown {
    const { program, problem } = this.#compile(expression, variable);
    if (program === undefined) throw new Error(problem);
    const outcome = program.run({ [variable]: toJsonValue(value) }, Number.POSITIVE_INFINITY);
    if (outcome.value instanceof CelFailure) throw new Error(outcome.value.message);
    return outcome.value;
  }

  #compile(expression: string, variable: ClaimVariable): Compiled {
    const key = `${variable} ${expression}`;
    let compiled = this.#compiled.get(key);
    if (compiled === undefined) {
      compiled = compile(expression, {
        scope: { variables: new Map([[variable, types[variable]]]), functions: standardDeclarations() },
        functions: standardFunctions,
        checkLiterals,
        sizes: () => undefined,
      });
      this.#compiled.set(key, compiled);
    }
    return compiled;
  }
}
