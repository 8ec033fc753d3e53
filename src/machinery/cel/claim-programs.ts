import type { Environment } from '@marcbachmann/cel-js';
import { createCelEnvironment } from './cel-environment.ts';
import { toCelValue } from './cel-value.ts';
import { renameCalls } from './source-scan.ts';

export type ClaimVariable = 'claims' | 'user';

type Program = (variables: Readonly<Record<string, unknown>>) => unknown;

const anything = { type: 'any' } as const;

/** The CEL of authentication: expressions over a token's claims, and over the user that they have made. */
export class ClaimPrograms {
  readonly #environments: Readonly<Record<ClaimVariable, Environment>>;
  readonly #programs = new Map<string, Program>();

  constructor() {
    const base = createCelEnvironment();
    base.registerType('kubernetes.UserInfo', {
      fields: { username: 'string', uid: 'string', groups: 'list<string>', extra: 'map<string, list<string>>' },
    });
    this.#environments = {
      claims: base.clone().registerVariable('claims', 'dyn'),
      user: base.clone().registerVariable('user', 'dyn'),
    };
  }

  /** Why an expression is none, or gives something else; undefined when it is right. */
  check(expression: string, variable: ClaimVariable, wanted: readonly string[]): string | undefined {
    const source = renameCalls(expression.trim(), 'matches', 're2Matches');
    const { valid, error, type = 'dyn' } = this.#environments[variable].check(source);
    if (!valid) return `compilation failed: ${error?.summary ?? 'invalid'}`;
    if (type === 'dyn' || wanted.includes(type) || (type.startsWith('list') && wanted.includes('list')))
      return undefined;
    return wanted.length === 1 ? `must evaluate to ${wanted[0]}` : 'must evaluate to a string or a list of strings';
  }

  /** Throws where the expression fails. Integers come back as `bigint`. */
  run(expression: string, variable: ClaimVariable, value: unknown): unknown {
    let program = this.#programs.get(expression);
    if (program === undefined) {
      const source = renameCalls(expression.trim(), 'matches', 're2Matches');
      program = this.#environments[variable].parse(source) as Program;
      this.#programs.set(expression, program);
    }
    return program({ [variable]: toCelValue(anything, value, text => text) });
  }
}
