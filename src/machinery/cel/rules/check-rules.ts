import { type FieldError, fieldError } from '../../field-error.ts';
import { internalRule } from '../../schema/internal-schema.ts';
import type { JsonSchema } from '../../schema/json-schema.ts';
import type { RuleCheckContext, RuleChecks } from '../../schema/rule-checks.ts';
import { type CompiledRule, compileRules } from './compile-rules.ts';
import { runRules } from './run-rules.ts';
import { declareSchema } from './schema-type.ts';

/** Kubernetes: what one rule, and what all rules of a version may be estimated to cost. */
const costPerRuleMax = 10_000_000;
const costPerSchemaMax = 100_000_000;
const toldMax = 4;

/** Checks the rules of one version's schema while it is walked, and adds up what they cost. */
export class SchemaRuleChecks implements RuleChecks {
  readonly #costs: { readonly path: string; readonly cost: number }[] = [];

  checkNode(schema: JsonSchema, path: string, context: RuleCheckContext): readonly FieldError[] {
    const rules = schema['x-kubernetes-validations'] ?? [];
    if (rules.length === 0) return [];
    const field = `${path}.x-kubernetes-validations`;
    if (declareSchema(schema, context.isResource) === undefined) {
      const why =
        'failed to construct type information for x-kubernetes-validations rules: unable to convert structural schema to CEL declarations';
      return [fieldError.internal(field, `internal error: ${why}`)];
    }
    return compileRules(schema, context.isResource).flatMap((compiled, index) =>
      this.#checkRule(compiled, `${field}[${index}]`, context),
    );
  }

  checkDefault(schema: JsonSchema, path: string, isResource: boolean): readonly FieldError[] {
    const { default: value } = schema;
    const asUpdate = runRules(schema, value, value, { path, isResource });
    return asUpdate.errors.length > 0
      ? asUpdate.errors
      : runRules(schema, value, undefined, { path, isResource }).errors;
  }

  checkTotal(path: string): readonly FieldError[] {
    const total = this.#costs.reduce((sum, { cost }) => sum + cost, 0);
    if (total <= costPerSchemaMax) return [];
    const expensive = this.#costs
      .filter(({ cost }) => cost >= costPerSchemaMax / 100)
      .sort((one, other) => (one.cost === other.cost ? 0 : other.cost - one.cost))
      .slice(0, toldMax);
    const contributed = 'contributed to estimated rule cost total exceeding cost limit for entire OpenAPIv3 schema';
    const what = 'x-kubernetes-validations estimated rule cost total for entire OpenAPIv3 schema';
    return [
      ...expensive.map(each => fieldError.forbidden(each.path, contributed)),
      fieldError.forbidden(path, describeExcess(what, total, costPerSchemaMax)),
    ];
  }

  #checkRule(compiled: CompiledRule, path: string, context: RuleCheckContext): readonly FieldError[] {
    const { rule, problem, messageProblem, message } = compiled;
    const errors: FieldError[] = [];
    const count = context.count ?? compiled.countMax;
    const cost = compiled.costMax === 0 ? 0 : compiled.costMax * count;
    this.#charge(errors, `${path}.rule`, 'estimated rule cost', cost, context);
    if (problem !== undefined) errors.push(fieldError.invalid(`${path}.rule`, internalRule(rule), problem));
    if (messageProblem !== undefined) {
      errors.push(fieldError.invalid(`${path}.messageExpression`, internalRule(rule), messageProblem));
    } else if (message !== undefined) {
      const field = `${path}.messageExpression`;
      this.#charge(errors, field, 'estimated messageExpression cost', compiled.messageCostMax, context);
    }
    if (compiled.usesOldSelf && context.uncorrelatable !== undefined) {
      const detail = `oldSelf cannot be used on the uncorrelatable portion of the schema within ${context.uncorrelatable}`;
      errors.push(fieldError.invalid(`${path}.rule`, rule.rule, detail));
    } else if (!compiled.usesOldSelf && rule.optionalOldSelf !== undefined) {
      const detail = 'may not be set if oldSelf is not used in rule';
      errors.push(fieldError.invalid(`${path}.optionalOldSelf`, rule.optionalOldSelf, detail));
    }
    return errors;
  }

  #charge(errors: FieldError[], path: string, what: string, cost: number, context: RuleCheckContext): void {
    if (!context.isUnchanged && cost > costPerRuleMax) {
      errors.push(fieldError.forbidden(path, describeExcess(what, cost, costPerRuleMax)));
    }
    this.#costs.push({ path, cost });
  }
}

function describeExcess(what: string, cost: number, limit: number): string {
  const factor = cost / limit;
  const text = factor > 100 ? 'more than 100x' : factor < 1.5 ? `${factor.toFixed(6)}x` : `${factor.toFixed(1)}x`;
  return `${what} exceeds budget by factor of ${text} (try simplifying the rule, or adding maxItems, maxProperties, and maxLength where arrays, maps, and strings are declared)`;
}
