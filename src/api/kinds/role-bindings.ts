import {
  checkDns1123Subdomain,
  checkPathSegmentName,
  type FieldError,
  fieldError,
  invalidEach,
  type KubeObject,
  nameChecks,
  validateImmutable,
} from '../../machinery/index.ts';
import type { RoleRef, Subject } from '../generated/index.ts';
import type { KindRules } from '../kind-definition.ts';
import { ageColumn, nameColumn, textColumn, wide } from './table-columns.ts';

/** What RoleBinding and ClusterRoleBinding share. */
export type BindingObject = KubeObject & {
  readonly roleRef: RoleRef;
  readonly subjects?: readonly Subject[] | undefined;
};

const rbacGroup = 'rbac.authorization.k8s.io';

/** Kubernetes: `SetDefaults_Subject` and the group of a roleRef. */
function setDefaults<T extends BindingObject>(binding: T): T {
  const needsGroup = (binding.roleRef?.apiGroup ?? '') === '' && binding.roleRef !== undefined;
  const subjects = binding.subjects?.map(defaultSubject);
  const hasChanged = subjects?.some((subject, index) => subject !== binding.subjects![index]) ?? false;
  if (!needsGroup && !hasChanged) return binding;
  return {
    ...binding,
    ...(needsGroup ? { roleRef: { ...binding.roleRef, apiGroup: rbacGroup } } : {}),
    ...(hasChanged ? { subjects } : {}),
  };
}

function defaultSubject(subject: Subject): Subject {
  if ((subject.apiGroup ?? '') !== '') return subject;
  return subject.kind === 'User' || subject.kind === 'Group' ? { ...subject, apiGroup: rbacGroup } : subject;
}

function validateRoleRef(ref: RoleRef, kinds: readonly string[]): readonly FieldError[] {
  const errors: FieldError[] = [];
  if (ref.apiGroup !== rbacGroup)
    errors.push(fieldError.notSupported('roleRef.apiGroup', ref.apiGroup ?? '', [rbacGroup]));
  if (!kinds.includes(ref.kind)) errors.push(fieldError.notSupported('roleRef.kind', ref.kind ?? '', kinds));
  if ((ref.name ?? '') === '') errors.push(fieldError.required('roleRef.name'));
  else errors.push(...invalidEach('roleRef.name', ref.name, checkPathSegmentName(ref.name)));
  return errors;
}

/** Kubernetes: `ValidateRoleBindingSubject`. */
function validateSubject(subject: Subject, isNamespaced: boolean, field: string): readonly FieldError[] {
  const errors: FieldError[] = [];
  if ((subject.name ?? '') === '') errors.push(fieldError.required(`${field}.name`));
  const group = subject.apiGroup ?? '';
  switch (subject.kind) {
    case 'ServiceAccount':
      if ((subject.name ?? '') !== '')
        errors.push(...invalidEach(`${field}.name`, subject.name, checkDns1123Subdomain(subject.name)));
      if (group !== '') errors.push(fieldError.notSupported(`${field}.apiGroup`, group, ['']));
      if (!isNamespaced && (subject.namespace ?? '') === '') errors.push(fieldError.required(`${field}.namespace`));
      return errors;
    case 'User':
    case 'Group':
      if (group !== rbacGroup) errors.push(fieldError.notSupported(`${field}.apiGroup`, group, [rbacGroup]));
      return errors;
    default:
      return [...errors, fieldError.notSupported(`${field}.kind`, subject.kind, ['ServiceAccount', 'User', 'Group'])];
  }
}

/** Kubernetes: `SubjectsStrings`. */
function subjectsOf(binding: BindingObject, kind: string): string {
  return (binding.subjects ?? [])
    .filter(subject => subject.kind === kind)
    .map(subject => (kind === 'ServiceAccount' ? `${subject.namespace ?? ''}/${subject.name}` : subject.name))
    .join(', ');
}

/** Kubernetes: as upstream's own struct is written, which has no names for JSON. */
function asGoPrints({ apiGroup = '', kind, name }: RoleRef): object {
  return { APIGroup: apiGroup, Kind: kind, Name: name };
}

/** The rules of both kinds of binding; `roleKinds` is what they may refer to. */
export function bindingRules<T extends BindingObject>(
  roleKinds: readonly string[],
  isNamespaced: boolean,
): KindRules<T> {
  return {
    hasGeneration: false,
    canCreateOnUpdate: true,
    setDefaults,
    validateName: nameChecks.pathSegment,
    validateCreate: binding => [
      ...validateRoleRef(binding.roleRef, roleKinds),
      ...(binding.subjects ?? []).flatMap((subject, index) =>
        validateSubject(subject, isNamespaced, `subjects[${index}]`),
      ),
    ],
    validateUpdate: (binding, old) =>
      validateImmutable(binding.roleRef, old.roleRef, 'roleRef').length === 0
        ? []
        : [fieldError.invalid('roleRef', asGoPrints(binding.roleRef), 'cannot change roleRef')],
    columns: [
      nameColumn,
      textColumn<T>('Role', 'The role that it grants.', binding => `${binding.roleRef.kind}/${binding.roleRef.name}`),
      ageColumn,
      textColumn<T>('Users', 'Users it grants the role to.', binding => subjectsOf(binding, 'User'), wide),
      textColumn<T>('Groups', 'Groups it grants the role to.', binding => subjectsOf(binding, 'Group'), wide),
      textColumn<T>(
        'ServiceAccounts',
        'Service accounts it grants the role to.',
        binding => subjectsOf(binding, 'ServiceAccount'),
        wide,
      ),
    ],
  };
}
