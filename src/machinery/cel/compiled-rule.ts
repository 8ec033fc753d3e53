import type { Environment } from '@marcbachmann/cel-js';
import type { Schema, ValidationRule } from '../schema/schema.ts';
import { createCelEnvironment } from './cel-environment.ts';
import { declareType } from './cel-types.ts';
import { renameCalls, usesVariable } from './source-scan.ts';

export type Program = (variables: Readonly<Record<string, unknown>>) => unknown;

export interface CompiledRule {
  readonly rule: ValidationRule;
  readonly usesOldSelf: boolean;
  readonly program: Program | undefined;
  /** Why the rule does not compile. */
  readonly error: string | undefined;
  readonly message: Program | undefined;
  readonly messageError: string | undefined;
}

/**
 * One environment checks types, another runs: running needs no types, because values carry theirs, and typed objects of
 * the library could not be compared with each other.
 */
export class RuleCompiler {
  readonly #base = createCelEnvironment();
  readonly #runner = this.#base
    .clone()
    .registerVariable('self', 'dyn')
    .registerVariable('oldSelf', 'dyn')
    .registerVariable('text', 'string');
  readonly #compiled = new WeakMap<Schema, readonly CompiledRule[]>();
  readonly #readDuration = this.#runner.parse('duration(text)') as Program;

  /** The rules of one schema node (not of what is below it), compiled once. */
  compile(schema: Schema): readonly CompiledRule[] {
    const rules = 'rules' in schema ? (schema.rules ?? []) : [];
    if (rules.length === 0) return [];
    let compiled = this.#compiled.get(schema);
    if (compiled === undefined) {
      compiled = this.#compileAll(schema, rules);
      this.#compiled.set(schema, compiled);
    }
    return compiled;
  }

  /** A Go duration as CEL's; the text itself where it is none, which the schema's format has refused already. */
  readDuration(text: string): unknown {
    try {
      return this.#readDuration({ text });
    } catch {
      return text;
    }
  }

  #compileAll(schema: Schema, rules: readonly ValidationRule[]): readonly CompiledRule[] {
    const typed = this.#base.clone();
    const type = declareType(typed, { ...schema, nullable: false } as Schema, 'Object');
    const plain = typed.clone().registerVariable('self', type).registerVariable('oldSelf', type);
    const optional = typed.clone().registerVariable('self', type).registerVariable('oldSelf', `optional<${type}>`);
    return rules.map(rule => this.#compileRule(rule, rule.optionalOldSelf === true ? optional : plain));
  }

  #compileRule(rule: ValidationRule, checker: Environment): CompiledRule {
    const expression = this.#compileExpression(rule.rule, 'bool', checker);
    const hasMessage = rule.messageExpression !== undefined && rule.messageExpression.trim() !== '';
    const message = hasMessage ? this.#compileExpression(rule.messageExpression!, 'string', checker) : undefined;
    return {
      rule,
      usesOldSelf: usesVariable(rule.rule, 'oldSelf'),
      program: expression.program,
      error: expression.error,
      message: message?.program,
      messageError: message?.error,
    };
  }

  #compileExpression(
    source: string,
    wanted: 'bool' | 'string',
    checker: Environment,
  ): { readonly program: Program | undefined; readonly error: string | undefined } {
    const expression = renameCalls(source.trim(), 'matches', 're2Matches');
    const check = checker.check(expression);
    if (!check.valid) return { program: undefined, error: `compilation failed: ${check.error?.summary ?? 'invalid'}` };
    if (check.type !== wanted && check.type !== 'dyn') {
      return { program: undefined, error: wanted === 'bool' ? 'must evaluate to a bool' : 'must evaluate to a string' };
    }
    return { program: this.#runner.parse(expression) as Program, error: undefined };
  }
}
