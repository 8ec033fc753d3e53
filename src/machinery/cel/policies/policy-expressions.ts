import { checkLiterals, findFailingConversion, standardFunctions } from '../functions/index.ts';
import type { Checked } from '../language/checker.ts';
import {
  CelFailure,
  type CelType,
  type Compiled,
  CostExceeded,
  compile,
  type Program,
  type Scope,
} from '../language/index.ts';
import type { Functions } from '../language/program.ts';
import {
  type AuthorizerPort,
  type AuthorizerSubject,
  authorizerFunctions,
  CelAuthorizer,
  CelCheck,
} from './authorizer.ts';
import { type BudgetPurpose, CostBudget, costPerExpressionMax } from './cost-budget.ts';
import { toJsonValue } from './json-value.ts';
import { type Computed, LazyMap } from './lazy-map.ts';
import { findMisnamed, makeMutationObject, toJson } from './mutation-objects.ts';
import { type ObservedTypes, type PolicyScope, scopeOf, scopeOfRuns, type VariableName } from './policy-scope.ts';

export type PolicyVariables = Readonly<Record<VariableName, unknown>>;

/** What it has cost is told even when it fails. */
export type RunOutcome = Computed & { readonly cost: number };

/** A program, or why the expression is none. */
export type PolicyProgram =
  | { run(variables: PolicyVariables): RunOutcome; readonly problem?: undefined }
  | { readonly problem: string; readonly run?: undefined };

/** What a check has found: the type of an expression, or why it has none. */
export type CheckedExpression =
  | { readonly type: CelType; readonly problem?: undefined }
  | {
      readonly problem: string;
      /** It has the right type, and is bound to fail. */
      readonly isInternal?: boolean | undefined;
      readonly type?: undefined;
    };

/**
 * The CEL of admission policies and match conditions. Running knows no types of objects, because any kind comes by;
 * checking, when somebody writes a policy, knows those of the request and, where it is told, of the objects.
 */
export class PolicyExpressions {
  readonly #scope = scopeOfRuns();
  readonly #programs = new Map<string, PolicyProgram>();

  /** Compiled once, whoever asks. */
  compile(expression: string): PolicyProgram {
    let program = this.#programs.get(expression);
    if (program === undefined) {
      const { program: compiled, problem } = compileIn(this.#scope, expression);
      program = compiled === undefined ? { problem } : { run: variables => run(compiled, variables) };
      // Policies are few; this only bounds what a client could do by writing new ones for ever.
      if (this.#programs.size >= 10_000) this.#programs.clear();
      this.#programs.set(expression, program);
    }
    return program;
  }

  /** Whether an expression is one, where it stands; `wanted` are the types that it may have, as upstream prints them. */
  check(expression: string, scope: PolicyScope, wanted?: readonly string[]): CheckedExpression {
    return check(scopeOf(scope), expression, wanted);
  }

  /** Checks the expressions of a policy against the types of what it sees. Variables that have errors are dynamic. */
  checkTyped(
    observed: ObservedTypes,
    hasParams: boolean,
    variables: readonly { readonly name: string; readonly expression: string }[],
    expressions: readonly string[],
  ): readonly CheckedExpression[] {
    const types = new Map<string, CelType | undefined>();
    const scope = (): Scope => scopeOf({ hasParams, hasAuthorizer: true, variables: types }, observed);
    for (const { name, expression } of variables) types.set(name, check(scope(), expression).type);
    const complete = scope();
    return expressions.map(expression => check(complete, expression));
  }

  /** An object as expressions see it: whole numbers as integers, nothing else interpreted; null for an absent one. */
  toValue(object: unknown): unknown {
    return toJsonValue(object);
  }

  /** What a mutation has made as JSON, or what is wrong with it. */
  fromValue(value: unknown): Computed {
    const problem = findMisnamed(value);
    return problem === undefined ? { value: toJson(value) } : { problem: `type mismatch: ${problem}` };
  }

  /** The variables that ask the authorizer, for one user and what the request is about. */
  toAuthorizer(
    port: AuthorizerPort,
    request: AuthorizerSubject,
  ): Pick<PolicyVariables, 'authorizer' | 'authorizer.requestResource'> {
    return { authorizer: new CelAuthorizer(port), 'authorizer.requestResource': new CelCheck(port, request) };
  }

  /** The variable `variables`: each is computed when it is first used. */
  toVariables(names: readonly string[], compute: (name: string) => Computed): unknown {
    return new LazyMap(names, compute);
  }

  budget(of: BudgetPurpose): CostBudget {
    return new CostBudget(of);
  }
}

const functions: Functions = {
  ...standardFunctions,
  ...authorizerFunctions,
  'jsonpatch.escapeKey': key => (key as string).replaceAll('~', '~0').replaceAll('/', '~1'),
};

function compileIn(scope: Scope, expression: string, look?: (checked: Checked) => void): Compiled {
  const compiled = compile(expression, {
    scope,
    functions,
    makeObject: makeMutationObject,
    checkLiterals(checked) {
      look?.(checked);
      return checkLiterals(checked);
    },
    sizes: () => undefined,
  });
  return compiled.problem === undefined ? compiled : { problem: `compilation failed: ${compiled.problem}` };
}

function run(program: Program, variables: PolicyVariables): RunOutcome {
  try {
    const { value, cost } = program.run(variables, costPerExpressionMax);
    return value instanceof CelFailure ? { problem: value.message, cost } : { value, cost };
  } catch (error) {
    if (!(error instanceof CostExceeded)) throw error;
    return { problem: error.message, cost: costPerExpressionMax + 1 };
  }
}

function check(scope: Scope, expression: string, wanted?: readonly string[]): CheckedExpression {
  let failure: CelFailure | undefined;
  const compiled = compileIn(scope, expression, checked => {
    failure = findFailingConversion(checked);
  });
  if (compiled.program === undefined) return { problem: compiled.problem };
  const { type } = compiled;
  const name = printType(type);
  if (wanted === undefined || wanted.includes(name)) {
    return failure === undefined
      ? { type }
      : { problem: `program instantiation failed: ${failure.message}`, isInternal: true };
  }
  const allowed = wanted.length === 1 ? wanted[0]! : `one of [${wanted.join(' ')}]`;
  return { problem: `must evaluate to ${allowed} but got ${name}` };
}

const longNames: Readonly<Record<string, string>> = {
  null: 'null_type',
  duration: 'google.protobuf.Duration',
  timestamp: 'google.protobuf.Timestamp',
};

/** As Go prints types outside of the checker's own messages. */
function printType({ kind, name, params }: CelType): string {
  const printed = longNames[kind] ?? name;
  return params.length === 0 ? printed : `${printed}(${params.map(printType).join(', ')})`;
}
