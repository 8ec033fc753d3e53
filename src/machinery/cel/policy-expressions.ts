import { isJsonObject } from '../json/index.ts';
import { createCelEnvironment } from './cel-environment.ts';
import { toCelValue } from './cel-value.ts';
import type { Program } from './compiled-rule.ts';
import { renameCalls, writeTypedObjectsAsMaps } from './source-scan.ts';

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
 * Absent: the authorizer, cost limits, and checking of the types that mutating policies write (`Object{…}`).
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

  /** What a program has made as JSON: integers as numbers, lists and maps as they are. */
  fromValue(value: unknown): unknown {
    if (typeof value === 'bigint') return Number(value);
    if (Array.isArray(value)) return value.map(item => this.fromValue(item));
    if (value instanceof Map) return this.fromValue(Object.fromEntries(value));
    if (!isJsonObject(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, this.fromValue(item)] as const));
  }

  #compile(expression: string): PolicyProgram {
    try {
      const source = writeTypedObjectsAsMaps(renameCalls(expression.trim(), 'matches', 're2Matches'));
      const run = this.#environment.parse(source) as Program;
      return { run };
    } catch (error) {
      return { problem: error instanceof Error ? error.message : String(error) };
    }
  }
}

const anything = { type: 'any' } as const;
