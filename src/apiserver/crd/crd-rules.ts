import type { CustomResourceConversion, CustomResourceDefinition } from '../../api/generated/index.ts';
import type { KindRules } from '../../api/index.ts';
import { type FieldError, fieldError, isJsonObject, validateImmutable } from '../../machinery/index.ts';
import { validateApproval } from './api-approval.ts';
import { hasCondition } from './crd-conditions.ts';
import { warnOfFormats } from './format-warnings.ts';
import { validateCrdNames } from './validate-names.ts';
import { validateCrdSpec } from './validate-spec.ts';

/** What the server knows of CustomResourceDefinitions. Kubernetes: the strategy and validation of the extensions server. */
export const crdRules: KindRules<CustomResourceDefinition> = {
  setDefaults: fillDefaults,
  prepareForCreate: crd =>
    rememberStorageVersion({ ...crd, status: emptyStatus } as unknown as CustomResourceDefinition),
  prepareForUpdate: crd => rememberStorageVersion(crd),
  validateCreate: crd => validateCrd(crd),
  validateUpdate: (crd, old) => [...validateCrd(crd, old), ...validateImmutables(crd, old)],
  skipsFullValidationOnUpdate: true,
  requiresResourceVersion: true,
  warnings: (crd, old) => warnOfFormats(crd, old),
  status: {
    prepareForUpdate: (crd, old) => ({ ...old, metadata: crd.metadata, status: crd.status }),
    validateUpdate: crd => validateStatus(crd),
  },
};

/** Kubernetes: what Go writes of a status that nobody has filled in. */
const emptyStatus = { conditions: null, acceptedNames: { plural: '', kind: '' } };

function fillDefaults(given: CustomResourceDefinition): CustomResourceDefinition {
  const crd = given.status?.storedVersions?.length === 0 ? rememberStorageVersion(given) : given;
  const { spec } = crd;
  if (spec?.names === undefined) return crd;
  const { names } = spec;
  const singular = names.singular || names.kind?.toLowerCase();
  const listKind = names.listKind || (names.kind ? `${names.kind}List` : undefined);
  const conversion = completeConversion(spec.conversion);
  const isComplete =
    singular === names.singular &&
    listKind === names.listKind &&
    conversion === spec.conversion &&
    !spec.preserveUnknownFields;
  if (isComplete) return crd;
  return { ...crd, spec: { ...spec, names: { ...names, singular, listKind }, conversion } };
}

function completeConversion(conversion: CustomResourceConversion | undefined): CustomResourceConversion {
  if (conversion === undefined) return { strategy: 'None' };
  const { webhook } = conversion;
  const service = webhook?.clientConfig?.service;
  if (service === undefined || service.port !== undefined) return conversion;
  const clientConfig = { ...webhook!.clientConfig, service: { ...service, port: 443 } };
  return { ...conversion, webhook: { ...webhook!, clientConfig } };
}

/** A version in which objects have been stored must be served by a schema until nobody has such objects any more. */
function rememberStorageVersion(crd: CustomResourceDefinition): CustomResourceDefinition {
  const name = crd.spec.versions?.find(version => version.storage)?.name;
  const known = crd.status?.storedVersions ?? [];
  if (name === undefined || known.includes(name)) return crd;
  return { ...crd, status: { ...crd.status, storedVersions: [...known, name] } } as CustomResourceDefinition;
}

function validateCrd(crd: CustomResourceDefinition, old?: CustomResourceDefinition): readonly FieldError[] {
  return [
    ...(old === undefined ? validateName(crd) : []),
    ...validateCrdSpec(crd, old),
    ...validateStatus(crd),
    ...validateStoredVersions(crd),
    ...validateApproval(crd, old),
    ...validatePreserving(crd, old),
  ];
}

function validateName(crd: CustomResourceDefinition): readonly FieldError[] {
  const { name } = crd.metadata;
  if (!name || name === `${crd.spec.names.plural ?? ''}.${crd.spec.group ?? ''}`) return [];
  return [fieldError.invalid('metadata.name', name, 'must be spec.names.plural+"."+spec.group')];
}

function validateStatus({ status }: CustomResourceDefinition): readonly FieldError[] {
  return isJsonObject(status?.acceptedNames) ? validateCrdNames(status.acceptedNames, 'status.acceptedNames') : [];
}

function validateStoredVersions(crd: CustomResourceDefinition): readonly FieldError[] {
  const field = 'status.storedVersions';
  const stored = crd.status?.storedVersions;
  if (stored === undefined || stored.length === 0) {
    return [fieldError.invalid(field, stored ?? null, 'must have at least one stored version')];
  }
  const versions = crd.spec.versions ?? [];
  const lacking = versions
    .filter(({ name, storage }) => storage && !stored.includes(name))
    .map(({ name }) => fieldError.invalid(field, stored, `must have the storage version ${name}`));
  const missing = stored.flatMap((name, index) =>
    versions.some(version => version.name === name)
      ? []
      : [
          fieldError.invalid(
            `${field}[${index}]`,
            name,
            `missing from spec.versions; ${name} was previously a storage version, and must remain in spec.versions until a storage migration ensures no data remains persisted in ${name} and removes ${name} from status.storedVersions`,
          ),
        ],
  );
  return [...lacking, ...missing];
}

function validatePreserving(
  { spec }: CustomResourceDefinition,
  old: CustomResourceDefinition | undefined,
): readonly FieldError[] {
  if (spec.preserveUnknownFields !== true || old?.spec.preserveUnknownFields === true) return [];
  const text =
    'cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead';
  return [fieldError.invalid('spec.preserveUnknownFields', true, text)];
}

function validateImmutables(crd: CustomResourceDefinition, old: CustomResourceDefinition): readonly FieldError[] {
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
