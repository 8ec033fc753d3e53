import { itemsOf, type JsonSchema, type JsonSchemaRule } from '../../schema/json-schema.ts';
import { readRuleFieldPath } from '../../schema/rule-field-path.ts';
import { checkLiterals, findFailingConversion, standardFunctions } from '../functions/index.ts';
import {
  type CelFailure,
  type CelType,
  type Compiled,
  compile,
  optionalType,
  type Program,
  ranges,
  standardDeclarations,
} from '../language/index.ts';
import { type DeclaredType, declareSchema, elementsAt, requestBytesMax } from './schema-type.ts';

/** A rule of a schema, as far as it compiles. */
export interface CompiledRule {
  readonly rule: JsonSchemaRule;
  /** Absent for rules that are empty or do not compile. */
  readonly program?: Program | undefined;
  readonly problem?: string | undefined;
  readonly usesOldSelf: boolean;
  /** The most that one evaluation can cost. */
  readonly costMax: number;
  /** How often values of the schema fit into one request. */
  readonly countMax: number;
  readonly message?: Program | undefined;
  readonly messageProblem?: string | undefined;
  readonly messageCostMax: number;
  /** Where errors point to, below the value. */
  readonly fieldPath: string;
}

const compiled = {
  plain: new WeakMap<JsonSchema, readonly CompiledRule[]>(),
  root: new WeakMap<JsonSchema, readonly CompiledRule[]>(),
};

/** The rules of one node of a schema, compiled once. `isResource`: it is a Kubernetes object of its own. */
export function compileRules(schema: JsonSchema, isResource: boolean): readonly CompiledRule[] {
  const rules = schema['x-kubernetes-validations'] ?? [];
  if (rules.length === 0) return noRules;
  const known = compiled[isResource ? 'root' : 'plain'];
  let result = known.get(schema);
  if (result === undefined) {
    const type = declareSchema(schema, isResource);
    result = type === undefined ? noRules : rules.map(rule => compileRule(rule, schema, type));
    known.set(schema, result);
  }
  return result;
}

const noRules: readonly CompiledRule[] = [];

function compileRule(rule: JsonSchemaRule, schema: JsonSchema, declared: DeclaredType): CompiledRule {
  const base = {
    rule,
    usesOldSelf: false,
    costMax: 0,
    countMax: Math.floor(requestBytesMax / (declared.sizeMin + 1)),
    messageCostMax: 0,
    fieldPath: fieldPathOf(rule, schema),
  };
  // Nobody has looked at the rule's shape yet when it is compiled to be judged.
  if (((rule.rule as string | undefined) ?? '').trim() === '') return base;
  const condition = compileExpression(rule.rule, declared, rule.optionalOldSelf === true);
  if (condition.problem !== undefined) return { ...base, problem: `compilation failed: ${condition.problem}` };
  if (condition.type.kind !== 'bool') return { ...base, problem: 'cel expression must evaluate to a bool' };
  if (condition.failure !== undefined) {
    return { ...base, problem: `program instantiation failed: ${condition.failure.message}` };
  }
  const { program, cost, references } = condition;
  return {
    ...base,
    program,
    usesOldSelf: references.has('oldSelf'),
    costMax: cost.max,
    ...compileMessage(rule, declared),
  };
}

type MessageParts = Pick<CompiledRule, 'message' | 'messageProblem'> & { readonly messageCostMax?: number };

function compileMessage(rule: JsonSchemaRule, declared: DeclaredType): MessageParts {
  if (!rule.messageExpression) return {};
  const message = compileExpression(rule.messageExpression, declared, rule.optionalOldSelf === true);
  if (message.problem !== undefined) {
    return { messageProblem: `messageExpression compilation failed: ${message.problem}` };
  }
  if (message.type.kind !== 'string') return { messageProblem: 'messageExpression must evaluate to a string' };
  if (message.failure !== undefined) {
    return { messageProblem: `messageExpression instantiation failed: ${message.failure.message}` };
  }
  return { message: message.program, messageCostMax: message.cost.max };
}

type CompiledExpression = Compiled & {
  /** Why it is bound to fail. */
  readonly failure?: CelFailure | undefined;
};

function compileExpression(source: string, declared: DeclaredType, isOldOptional: boolean): CompiledExpression {
  const variables = new Map<string, CelType>([
    ['self', declared.type],
    ['oldSelf', isOldOptional ? optionalType(declared.type) : declared.type],
  ]);
  let failure: CelFailure | undefined;
  const result = compile(source, {
    scope: { variables, functions: standardDeclarations() },
    functions: standardFunctions,
    checkLiterals(checked) {
      failure = findFailingConversion(checked);
      return checkLiterals(checked);
    },
    sizes: path => {
      const max = elementsAt(declared, path);
      return max === undefined ? undefined : { ...ranges.zero, max };
    },
  });
  return { ...result, failure };
}

function fieldPathOf({ fieldPath }: JsonSchemaRule, schema: JsonSchema): string {
  if (!fieldPath) return '';
  const read = readRuleFieldPath(fieldPath, schema);
  return read.problem === undefined ? read.path : '';
}

/** Whether a schema or anything below has rules: most have none, and then nothing is walked. */
export function hasRules(schema: JsonSchema): boolean {
  let known = withRules.get(schema);
  if (known === undefined) {
    known = findRules(schema);
    withRules.set(schema, known);
  }
  return known;
}

const withRules = new WeakMap<JsonSchema, boolean>();

function findRules(schema: JsonSchema): boolean {
  if ((schema['x-kubernetes-validations']?.length ?? 0) > 0) return true;
  const items = itemsOf(schema);
  if (items !== undefined && hasRules(items)) return true;
  if (typeof schema.additionalProperties === 'object' && hasRules(schema.additionalProperties)) return true;
  return Object.values(schema.properties ?? {}).some(hasRules);
}
