import type { CustomResourceDefinitionNames } from '../../api/generated/index.ts';
import { type FieldError, fieldError, nameChecks } from '../../machinery/index.ts';

/** Kubernetes: `ValidateCustomResourceDefinitionNames`, and that the four names are there. */
export function validateCrdNames(names: CustomResourceDefinitionNames, path: string): readonly FieldError[] {
  const errors: FieldError[] = [];
  for (const name of ['plural', 'singular', 'kind', 'listKind'] as const) {
    if (!names[name]) errors.push(fieldError.required(`${path}.${name}`));
  }
  errors.push(...checkLabel(names.plural, `${path}.plural`), ...checkLabel(names.singular, `${path}.singular`));
  errors.push(...checkKind(names.kind, `${path}.kind`), ...checkKind(names.listKind, `${path}.listKind`));
  for (const [index, name] of (names.shortNames ?? []).entries()) {
    errors.push(...checkLabel(name, `${path}.shortNames[${index}]`));
  }
  if (names.kind && names.kind === names.listKind) {
    errors.push(fieldError.invalid(`${path}.listKind`, names.listKind, 'kind and listKind may not be the same'));
  }
  for (const [index, name] of (names.categories ?? []).entries()) {
    errors.push(...checkLabel(name, `${path}.categories[${index}]`));
  }
  return errors;
}

function checkLabel(name: string | undefined, field: string): readonly FieldError[] {
  const problems = name ? nameChecks.dns1035Label(name, false) : [];
  return problems.length === 0 ? [] : [fieldError.invalid(field, name, problems.join(','))];
}

function checkKind(name: string | undefined, field: string): readonly FieldError[] {
  const problems = name ? nameChecks.dns1035Label(name.toLowerCase(), false) : [];
  if (problems.length === 0) return [];
  const text = `may have mixed case, but should otherwise match: ${problems.join(',')}`;
  return [fieldError.invalid(field, name, text)];
}
