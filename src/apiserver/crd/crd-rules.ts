import type { CustomResourceDefinition, CustomResourceDefinitionVersion } from '../../api/generated/index.ts';
import type { KindRules } from '../../api/index.ts';
import { type FieldError, fieldError, nameChecks, type Problems, validateImmutable } from '../../machinery/index.ts';
import { hasCondition } from './crd-conditions.ts';
import { validateConversion } from './validate-conversion.ts';
import { validateCrdNames } from './validate-names.ts';
import { validateCrdVersion } from './validate-version.ts';

/** What the server knows of CustomResourceDefinitions. Kubernetes: the strategy and validation of the extensions server. */
export const crdRules: KindRules<CustomResourceDefinition> = {
  setDefaults: fillDefaults,
  prepareForCreate: crd => rememberStorageVersion({ ...crd, status: undefined }),
  prepareForUpdate: crd => rememberStorageVersion(crd),
  validateCreate: validateCrd,
  validateUpdate: validateCrdUpdate,
  status: {
    prepareForUpdate: (crd, old) => ({ ...old, metadata: crd.metadata, status: crd.status }),
  },
};

function fillDefaults(crd: CustomResourceDefinition): CustomResourceDefinition {
  const { spec } = crd;
  if (spec?.names === undefined) return crd;
  const { names } = spec;
  const singular = names.singular || names.kind?.toLowerCase();
  const listKind = names.listKind || (names.kind ? `${names.kind}List` : undefined);
  const isComplete = singular === names.singular && listKind === names.listKind && spec.conversion !== undefined;
  if (isComplete) return crd;
  return {
    ...crd,
    spec: { ...spec, names: { ...names, singular, listKind }, conversion: spec.conversion ?? { strategy: 'None' } },
  };
}

/** A version in which objects have been stored must be served by a schema until nobody has such objects any more. */
function rememberStorageVersion(crd: CustomResourceDefinition): CustomResourceDefinition {
  const name = crd.spec.versions?.find(version => version.storage)?.name;
  const known = crd.status?.storedVersions ?? [];
  if (name === undefined || known.includes(name)) return crd;
  return { ...crd, status: { ...crd.status, storedVersions: [...known, name] } } as CustomResourceDefinition;
}

function validateCrd(crd: CustomResourceDefinition): readonly FieldError[] {
  return [...validateName(crd), ...validateSpec(crd), ...validateStoredVersions(crd)];
}

function validateName(crd: CustomResourceDefinition): readonly FieldError[] {
  const { name } = crd.metadata;
  if (!name || name === `${crd.spec.names.plural}.${crd.spec.group}`) return [];
  return [fieldError.invalid('metadata.name', name, 'must be spec.names.plural+"."+spec.group')];
}

function validateSpec(crd: CustomResourceDefinition): readonly FieldError[] {
  const { spec } = crd;
  const versions = spec.versions ?? [];
  const errors: FieldError[] = [...validateGroup(spec.group), ...validateScope(spec.scope)];
  const names = versions.map(version => version.name);
  for (const [index, version] of versions.entries()) errors.push(...checkVersion(crd, version, index));
  if (new Set(names).size < names.length) {
    errors.push(fieldError.invalid('spec.versions', versions, 'must contain unique version names'));
  }
  if (versions.filter(version => version.storage).length !== 1) {
    const text = 'must have exactly one version marked as storage version';
    errors.push(fieldError.invalid('spec.versions', versions, text));
  }
  errors.push(...validateCrdNames(spec.names, 'spec.names'), ...validateConversion(crd.spec.conversion, undefined));
  return errors;
}

function validateGroup(group: string | undefined): readonly FieldError[] {
  if (!group) return [fieldError.required('spec.group')];
  const problems: Problems = nameChecks.dnsSubdomain(group, false);
  if (problems.length > 0) return [fieldError.invalid('spec.group', group, problems.join(','))];
  return group.includes('.')
    ? []
    : [fieldError.invalid('spec.group', group, 'should be a domain with at least one dot')];
}

function validateScope(scope: string | undefined): readonly FieldError[] {
  if (!scope) return [fieldError.required('spec.scope')];
  return scope === 'Cluster' || scope === 'Namespaced'
    ? []
    : [fieldError.notSupported('spec.scope', scope, ['Cluster', 'Namespaced'])];
}

function checkVersion(
  crd: CustomResourceDefinition,
  version: CustomResourceDefinitionVersion,
  index: number,
): readonly FieldError[] {
  const path = `spec.versions[${index}]`;
  const errors: FieldError[] = [];
  if (version.schema?.openAPIV3Schema === undefined) {
    errors.push(fieldError.required(`${path}.schema.openAPIV3Schema`));
  }
  const problems = nameChecks.dns1035Label(version.name, false);
  if (problems.length > 0) errors.push(fieldError.invalid(`${path}.name`, version.name, problems.join(',')));
  if (crd.spec.preserveUnknownFields === true) {
    const text =
      'cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead';
    errors.push(fieldError.invalid('spec.preserveUnknownFields', true, text));
  }
  return [...errors, ...validateCrdVersion(version, path)];
}

function validateStoredVersions(crd: CustomResourceDefinition): readonly FieldError[] {
  const field = 'status.storedVersions';
  const stored = crd.status?.storedVersions ?? [];
  const names = (crd.spec.versions ?? []).map(version => version.name);
  return stored.flatMap((name, index) =>
    names.includes(name)
      ? []
      : [
          fieldError.invalid(
            `${field}[${index}]`,
            name,
            `missing from spec.versions; ${name} was previously a storage version, and must remain in spec.versions until a storage migration ensures no data remains persisted in ${name} and removes ${name} from status.storedVersions`,
          ),
        ],
  );
}

function validateCrdUpdate(crd: CustomResourceDefinition, old: CustomResourceDefinition): readonly FieldError[] {
  const { spec } = crd;
  const before = old.spec;
  return [
    ...(hasCondition(old, 'Established')
      ? [
          ...validateImmutable(spec.scope, before.scope, 'spec.scope'),
          ...validateImmutable(spec.names.kind, before.names.kind, 'spec.names.kind'),
        ]
      : []),
    ...validateImmutable(spec.group, before.group, 'spec.group'),
    ...validateImmutable(spec.names.plural, before.names.plural, 'spec.names.plural'),
  ];
}
