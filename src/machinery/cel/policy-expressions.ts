import { createCelEnvironment } from './cel-environment.ts';
import { toCelValue } from './cel-value.ts';
import type { Program } from './compiled-rule.ts';
import { renameCalls } from './source-scan.ts';

/** What an admission policy's expressions may name. */
const variableNames = ['object', 'oldObject', 'request', 'params', 'namespaceObject', 'variables'] as const;

export type PolicyVariables = Readonly<Record<(typeof variableNames)[number], unknown>>;

/** A program, or why the expression is none. */
export type PolicyProgram =
  | { readonly run: (variables: PolicyVariables) => unknown; readonly problem?: undefined }
  | { readonly problem: string; readonly run?: undefined };

/**
 * The CEL of admission policies: everything is dynamically typed, because objects of any kind come by.
 *
 * Absent: the authorizer, cost limits, and types of one's own (`Object{…}`), which mutating policies need.
 */
export class PolicyExpressions {
  readonly #environment = variableNames.reduce(
    (environment, name) => environment.registerVariable(name, 'dyn'),
    createCelEnvironment(),
  );
  readonly #programs = new Map<string, PolicyProgram>();

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

  /** An object as expressions see it: whole numbers as integers, nothing else interpreted; null for an absent one. */
  toValue(object: unknown): unknown {
    return toCelValue(anything, object, text => text);
  }

  #compile(expression: string): PolicyProgram {
    try {
      const run = this.#environment.parse(renameCalls(expression.trim(), 'matches', 're2Matches')) as Program;
      return { run };
    } catch (error) {
      return { problem: error instanceof Error ? error.message : String(error) };
    }
  }
}

const anything = { type: 'any' } as const;
