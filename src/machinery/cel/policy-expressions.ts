import type { Environment } from '@marcbachmann/cel-js';
import { isJsonObject } from '../json/index.ts';
import { toCelValue } from './cel-value.ts';
import { describeCompileError } from './compile-error.ts';
import { CostBudget, costBudget, costBudgetOfMatchConditions, type MeteredProgram, meter } from './cost-meter.ts';
import { type AuthorizerPort, type AuthorizerQuestion, CelAuthorizer } from './libraries/authorizer.ts';
import {
  createChecker,
  createPolicyBase,
  createRunner,
  type ObservedTypes,
  type Scope,
  type VariableName,
} from './policy-environment.ts';
import { renameCalls, writeTypedObjectsAsMaps } from './source-scan.ts';

export type PolicyVariables = Readonly<Record<VariableName, unknown>>;

/** A program, or why the expression is none. */
export type PolicyProgram =
  | (MeteredProgram & { readonly problem?: undefined })
  | { readonly problem: string; readonly run?: undefined };

/** What a check has found: the type of an expression, or why it has none. */
export type CheckedExpression =
  | { readonly type: string; readonly problem?: undefined }
  | { readonly problem: string; readonly type?: undefined };

/**
 * The CEL of admission policies and match conditions. Running is dynamically typed, because objects of any kind come by;
 * checking, when somebody writes a policy, knows the types of the request and, where it is told, of the objects.
 *
 * Absent: checking of the types that mutating policies write (`Object{…}`).
 */
export class PolicyExpressions {
  readonly #base = createPolicyBase();
  readonly #runner = createRunner();
  readonly #programs = new Map<string, PolicyProgram>();
  readonly #functions = new Set(this.#base.getDefinitions().functions.map(({ name }) => name));

  /** Compiled once, whoever asks. */
  compile(expression: string): PolicyProgram {
    let program = this.#programs.get(expression);
    if (program === undefined) {
      program = this.#compile(expression);
      // Policies are few; this only bounds what a client could do by writing new ones for ever.
      if (this.#programs.size >= 10_000) this.#programs.clear();
      this.#programs.set(expression, program);
    }
    return program;
  }

  /** Whether an expression is one, where it stands; `wanted` are the types that it may have. */
  check(expression: string, scope: Scope, wanted?: readonly string[]): CheckedExpression {
    return this.#checkIn(createChecker(this.#base, scope), expression, wanted);
  }

  /** Checks the expressions of a policy against the types of what it sees. Variables that have errors are dynamic. */
  checkTyped(
    observed: ObservedTypes,
    hasParams: boolean,
    variables: readonly { readonly name: string; readonly expression: string }[],
    expressions: readonly string[],
  ): readonly CheckedExpression[] {
    const typed = createChecker(this.#base, { hasParams, hasAuthorizer: true }, observed);
    const types: Record<string, string> = {};
    const extended = (): Environment =>
      typed
        .clone()
        .registerType('kubernetes.variables', { fields: { ...types } })
        .registerVariable('variables', 'kubernetes.variables');
    for (const { name, expression } of variables) types[name] = this.#checkIn(extended(), expression).type ?? 'dyn';
    const complete = extended();
    return expressions.map(expression => this.#checkIn(complete, expression));
  }

  #checkIn(environment: Environment, expression: string, wanted?: readonly string[]): CheckedExpression {
    const source = rewrite(expression);
    const { valid, error, type = 'dyn' } = environment.check(source);
    if (!valid)
      return {
        problem: describeCompileError(source === expression.trim() ? expression : source, error, this.#functions),
      };
    if (wanted === undefined || wanted.some(each => isType(type, each))) return { type };
    const allowed = wanted.length === 1 ? wanted[0]! : `one of [${wanted.join(' ')}]`;
    return { problem: `must evaluate to ${allowed} but got ${formatType(type)}` };
  }

  /** An object as expressions see it: whole numbers as integers, nothing else interpreted; null for an absent one. */
  toValue(object: unknown): unknown {
    return toCelValue(anything, object, text => text);
  }

  /** What a program has made as JSON: integers as numbers, lists and maps as they are. */
  fromValue(value: unknown): unknown {
    if (typeof value === 'bigint') return Number(value);
    if (Array.isArray(value)) return value.map(item => this.fromValue(item));
    if (value instanceof Map) return this.fromValue(Object.fromEntries(value));
    if (!isJsonObject(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, this.fromValue(item)] as const));
  }

  /** The variable `authorizer`, for one user and what the request is about. */
  toAuthorizer(port: AuthorizerPort, request: Omit<AuthorizerQuestion, 'verb'>): unknown {
    return new CelAuthorizer(port, request);
  }

  budget(of: 'policy' | 'match conditions'): CostBudget {
    return new CostBudget(of === 'policy' ? costBudget : costBudgetOfMatchConditions);
  }

  #compile(expression: string): PolicyProgram {
    const source = rewrite(expression);
    try {
      return meter(this.#runner.parse(source));
    } catch (error) {
      return { problem: describeCompileError(source, error, this.#functions) };
    }
  }
}

const anything = { type: 'any' } as const;

function rewrite(expression: string): string {
  return writeTypedObjectsAsMaps(renameCalls(expression.trim(), 'matches', 're2Matches'));
}

/** Differs from Kubernetes: the objects and patches that mutations make are maps. */
function isType(type: string, wanted: string): boolean {
  if (wanted === 'Object') return type === 'dyn' || type.startsWith('map');
  if (wanted === 'list(JSONPatch)') return type === 'dyn' || /^list(?:$|<(?:dyn|map))/.test(type);
  return type === wanted || (type === 'null' && wanted === 'null_type');
}

/** The library's `map<string, int>` in upstream's writing. */
function formatType(type: string): string {
  if (type === 'list') return 'list(dyn)';
  if (type === 'map') return 'map(dyn, dyn)';
  if (type === 'null') return 'null_type';
  return type.replaceAll('<', '(').replaceAll('>', ')');
}
