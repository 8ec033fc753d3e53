import { checkQualifiedName, type FieldError, fieldError, invalidEach } from '../../../machinery/index.ts';
import type { MatchCondition } from '../../generated/index.ts';

/** Kubernetes: `validateMatchConditions`, but for compiling them, which the server does where it has CEL. */
export function validateConditions(
  conditions: readonly MatchCondition[] | undefined,
  at: string,
): readonly FieldError[] {
  if (conditions === undefined) return [];
  const errors: FieldError[] = [];
  if (conditions.length > 64) errors.push(fieldError.tooMany(at, conditions.length, 64));
  const seen = new Set<string>();
  for (const [i, { name, expression }] of conditions.entries()) {
    const field = `${at}[${i}]`;
    if ((expression ?? '').trim() === '') errors.push(fieldError.required(`${field}.expression`));
    if (!name) errors.push(fieldError.required(`${field}.name`));
    else {
      errors.push(...invalidEach(`${field}.name`, name, checkQualifiedName(name)));
      if (seen.has(name)) errors.push(fieldError.duplicate(`${field}.name`, name));
      seen.add(name);
    }
  }
  return errors;
}
