import type { FieldError } from '../field-error.ts';
import type { JsonSchema } from './json-schema.ts';

/** Where in a CRD's schema rules stand. */
export interface RuleCheckContext {
  /** The schema is of a Kubernetes object of its own. */
  readonly isResource: boolean;
  /** How many values there can be of the schema by what the schemas around it say; undefined for any number. */
  readonly count: number | undefined;
  /** The list around it whose items have no old value. */
  readonly uncorrelatable: string | undefined;
  /** The old CRD had the same schema: what has become too costly is let be. */
  readonly isUnchanged: boolean;
}

/** What judges the rules of one version's schema; `cel/rules` implements it. One for each schema, because costs add up. */
export interface RuleChecks {
  /** The rules of one node, not of what is below it. */
  checkNode(schema: JsonSchema, path: string, context: RuleCheckContext): readonly FieldError[];
  /** Whether a default keeps the rules of its schema. */
  checkDefault(schema: JsonSchema, path: string, isResource: boolean): readonly FieldError[];
  /** Whether all rules together cost too much. Asked last. */
  checkTotal(path: string): readonly FieldError[];
}
