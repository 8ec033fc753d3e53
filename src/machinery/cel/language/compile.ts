import type { CelType } from './cel-type.ts';
import { type Checked, checkTypes, type Scope } from './checker.ts';
import type { Range } from './cost-range.ts';
import { estimateCost, type SizeSource } from './estimate-cost.ts';
import { formatIssues, type Issue } from './issues.ts';
import { parse } from './parser.ts';
import { type Functions, type MakeObject, Program } from './program.ts';

export interface CompileOptions {
  readonly scope: Scope;
  readonly functions: Functions;
  /** How large variables can be. */
  readonly sizes: SizeSource;
  readonly makeObject?: MakeObject | undefined;
  /** Looks at literals that are wrong whatever they meet: durations, times, regular expressions, templates, lists. */
  readonly checkLiterals?: ((checked: Checked) => readonly Issue[]) | undefined;
}

/** A program, or why there is none, as cel-go prints it. */
export type Compiled =
  | {
      readonly program: Program;
      readonly type: CelType;
      readonly cost: Range;
      /** The variables that the expression names. */
      readonly references: ReadonlySet<string>;
      readonly problem?: undefined;
    }
  | { readonly problem: string; readonly program?: undefined };

export function compile(source: string, options: CompileOptions): Compiled {
  const { expression, issues } = parse(source);
  if (expression === undefined) return { problem: formatIssues(source, issues) };
  const checked = checkTypes(expression, options.scope);
  if (checked.issues.length > 0) return { problem: formatIssues(source, checked.issues) };
  const ofLiterals = options.checkLiterals?.(checked) ?? [];
  if (ofLiterals.length > 0) return { problem: formatIssues(source, ofLiterals) };
  return {
    program: new Program(checked, options.functions, options.makeObject),
    type: checked.typeOf(expression),
    cost: estimateCost(checked, options.sizes),
    references: checked.references,
  };
}
