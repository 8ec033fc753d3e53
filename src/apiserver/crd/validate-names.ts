import type { CustomResourceDefinitionNames } from '../../api/generated/index.ts';
import { type FieldError, fieldError, nameChecks } from '../../machinery/index.ts';

/** A CRD asks for all four names; its status may lack those that others have. */
export function validateNamesPresent(names: CustomResourceDefinitionNames, path: string): readonly FieldError[] {
  const wanted = ['plural', 'singular', 'kind', 'listKind'] as const;
  return wanted.filter(name => !names[name]).map(name => fieldError.required(`${path}.${name}`));
}

/** Kubernetes: `ValidateCustomResourceDefinitionNames`. */
export function validateCrdNames(names: CustomResourceDefinitionNames, path: string): readonly FieldError[] {
  const errors: FieldError[] = [];
  errors.push(...checkLabel(names.plural, `${path}.plural`), ...checkLabel(names.singular, `${path}.singular`));
  errors.push(...checkKind(names.kind, `${path}.kind`), ...checkKind(names.listKind, `${path}.listKind`));
  for (const [index, name] of (names.shortNames ?? []).entries()) {
    errors.push(...checkLabel(name, `${path}.shortNames[${index}]`, true));
  }
  if (names.kind && names.kind === names.listKind) {
    errors.push(fieldError.invalid(`${path}.listKind`, names.listKind, 'kind and listKind may not be the same'));
  }
  for (const [index, name] of (names.categories ?? []).entries()) {
    errors.push(...checkLabel(name, `${path}.categories[${index}]`, true));
  }
  return errors;
}

function checkLabel(name: string | undefined, field: string, isDemanded = false): readonly FieldError[] {
  const problems = name || (isDemanded && name === '') ? nameChecks.dns1035Label(name, false) : [];
  return problems.length === 0 ? [] : [fieldError.invalid(field, name, problems.join(','))];
}

function checkKind(name: string | undefined, field: string): readonly FieldError[] {
  const problems = name ? nameChecks.dns1035Label(name.toLowerCase(), false) : [];
  if (problems.length === 0) return [];
  const text = `may have mixed case, but should otherwise match: ${problems.join(',')}`;
  return [fieldError.invalid(field, name, text)];
}
