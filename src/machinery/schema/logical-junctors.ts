import { fieldError } from '../field-error.ts';
import type { JsonSchema } from './json-schema.ts';
import type { Check, Findings } from './value-check.ts';

/** Kubernetes: errors of junctors stand at no field; upstream prints the absent path as `<nil>`. */
function tellJunctor(path: string, text: string, findings: Findings): void {
  findings.errors.push(fieldError.invalid('<nil>', '', `${JSON.stringify(path)} ${text}`));
}

export function compileJunctors(schema: JsonSchema, checkOf: (schema: JsonSchema) => Check): Check | undefined {
  const { allOf, anyOf, oneOf, not } = schema;
  if (allOf === undefined && anyOf === undefined && oneOf === undefined && not === undefined) return undefined;
  const any = anyOf?.map(checkOf);
  const one = oneOf?.map(checkOf);
  const all = allOf?.map(checkOf);
  const never = not === undefined ? undefined : checkOf(not);
  return (value, path, findings) => {
    if (any !== undefined && any.length > 0) checkAnyOf(any, value, path, findings);
    if (one !== undefined && one.length > 0) checkOneOf(one, value, path, findings);
    if (all !== undefined && all.length > 0) checkAllOf(all, value, path, findings);
    if (never !== undefined && run(never, value, path).errors.length === 0) {
      tellJunctor(path, 'must not validate the schema (not)', findings);
    }
  };
}

function run(check: Check, value: unknown, path: string): Findings {
  const findings: Findings = { errors: [], checks: 0 };
  check(value, path, findings);
  return findings;
}

function isValid(findings: Findings): boolean {
  return findings.errors.length === 0;
}

/** Of the failed alternatives, the first of those that made most checks. */
function furthest(results: readonly Findings[]): Findings {
  return results.reduce((best, result) => (result.checks > best.checks ? result : best));
}

function checkAnyOf(checks: readonly Check[], value: unknown, path: string, findings: Findings): void {
  const results: Findings[] = [];
  for (const check of checks) {
    const result = run(check, value, path);
    if (isValid(result)) return;
    results.push(result);
  }
  tellJunctor(path, 'must validate at least one schema (anyOf)', findings);
  findings.errors.push(...furthest(results).errors);
}

function checkOneOf(checks: readonly Check[], value: unknown, path: string, findings: Findings): void {
  const results = checks.map(check => run(check, value, path));
  const valid = results.filter(isValid).length;
  if (valid === 1) return;
  const found = valid === 0 ? 'Found none valid' : `Found ${valid} valid alternatives`;
  tellJunctor(path, `must validate one and only one schema (oneOf). ${found}`, findings);
  if (valid === 0) findings.errors.push(...furthest(results).errors);
}

function checkAllOf(checks: readonly Check[], value: unknown, path: string, findings: Findings): void {
  const results = checks.map(check => run(check, value, path));
  for (const result of results) findings.errors.push(...result.errors);
  const valid = results.filter(isValid).length;
  if (valid < checks.length) {
    tellJunctor(path, `must validate all the schemas (allOf)${valid === 0 ? '. None validated' : ''}`, findings);
  }
}
