import type {
  CustomResourceDefinition,
  CustomResourceDefinitionSpec,
  CustomResourceDefinitionVersion,
  CustomResourceValidation,
} from '../../api/generated/index.ts';
import { schemaOf } from '../../api/generated/schemas.ts';
import { SchemaRuleChecks } from '../../machinery/cel/rules/index.ts';
import {
  type FieldError,
  fieldError,
  isDeepEqual,
  type JsonSchema,
  nameChecks,
  validateCrdSchema,
} from '../../machinery/index.ts';
import { copyJson } from './copy-json.ts';
import { type InternalLayout, layOut } from './internal-layout.ts';
import { internalVersions } from './internal-text.ts';
import { validateConversion } from './validate-conversion.ts';
import { validateCrdNames, validateNamesPresent } from './validate-names.ts';
import {
  validateColumn,
  validateDeprecation,
  validateSelectableFields,
  validateSubresources,
} from './validate-version.ts';

/** Kubernetes: `validateCustomResourceDefinitionSpec`. Paths and values are those of the internal version. */
export function validateCrdSpec(
  crd: CustomResourceDefinition,
  old: CustomResourceDefinition | undefined,
): readonly FieldError[] {
  // What is compiled to check it goes with the copy.
  const spec = copyJson(crd.spec);
  const layout = layOut(spec);
  return [
    ...validateGroup(spec.group),
    ...validateScope(spec.scope),
    ...demandSchemas(layout),
    ...layout.versions.flatMap((version, index) => validateVersion(version, layout, old, `spec.versions[${index}]`)),
    ...validateVersionList(spec, layout),
    ...validateNamesPresent(spec.names, 'spec.names'),
    ...validateCrdNames(spec.names, 'spec.names'),
    ...validateShared(layout, old),
    ...validateConversion(spec.conversion, old?.spec.conversion),
  ];
}

function validateGroup(group: string | undefined): readonly FieldError[] {
  if (!group) return [fieldError.required('spec.group')];
  const problems = nameChecks.dnsSubdomain(group, false);
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

function demandSchemas({ shared, versions }: InternalLayout): readonly FieldError[] {
  if (shared.schema?.openAPIV3Schema !== undefined) return [];
  return versions.flatMap(({ schema }, index) =>
    schema?.openAPIV3Schema === undefined
      ? [fieldError.required(`spec.versions[${index}].schema.openAPIV3Schema`)]
      : [],
  );
}

function validateVersion(
  version: CustomResourceDefinitionVersion,
  { shared, versions }: InternalLayout,
  old: CustomResourceDefinition | undefined,
  path: string,
): readonly FieldError[] {
  const { name, schema, subresources, additionalPrinterColumns: columns = [], selectableFields = [] } = version;
  const problems = nameChecks.dns1035Label(name, false);
  const hasOwnParts = versions.some(each => each.subresources !== undefined);
  const hasStatus = (hasOwnParts ? subresources : shared.subresources)?.status !== undefined;
  return [
    ...(problems.length === 0 ? [] : [fieldError.invalid(`${path}.name`, name, problems.join(','))]),
    ...validateDeprecation(version, `${path}.deprecationWarning`),
    ...validateSchema(schema, hasStatus, isKept(name, schema, old), `${path}.schema`),
    ...validateSubresources(subresources, `${path}.subresources`),
    ...columns.flatMap((column, index) => validateColumn(column, `${path}.additionalPrinterColumns[${index}]`)),
    ...(selectableFields.length === 0
      ? []
      : schema?.openAPIV3Schema === undefined
        ? [
            fieldError.invalid(
              `${path}.selectableFields`,
              '',
              // Kubernetes says it the wrong way round.
              'may only be set when `version.schema.openAPIV3Schema` is not included',
            ),
          ]
        : validateSelectableFields(selectableFields, schema.openAPIV3Schema as JsonSchema, `${path}.selectableFields`)),
  ];
}

/** Whether the old CRD's version had this very schema. */
function isKept(
  name: string,
  schema: CustomResourceValidation | undefined,
  old: CustomResourceDefinition | undefined,
): boolean {
  const before = old?.spec.versions.find(version => version.name === name);
  return before !== undefined && isDeepEqual(before.schema, schema);
}

function validateSchema(
  validation: CustomResourceValidation | undefined,
  hasStatusSubresource: boolean,
  isUnchanged: boolean,
  path: string,
): readonly FieldError[] {
  const schema = validation?.openAPIV3Schema as JsonSchema | undefined;
  if (schema === undefined) return [];
  return validateCrdSchema(schema, `${path}.openAPIV3Schema`, {
    hasStatusSubresource,
    isUnchanged,
    rules: new SchemaRuleChecks(),
    implicit: { objectMeta: schemaOf('io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta') },
  });
}

function validateVersionList(
  { versions }: CustomResourceDefinitionSpec,
  layout: InternalLayout,
): readonly FieldError[] {
  const names = layout.versions.map(version => version.name);
  const errors: FieldError[] = [];
  const printed = (): unknown => internalVersions(versions === undefined ? undefined : layout.versions);
  if (new Set(names).size < names.length) {
    errors.push(fieldError.invalid('spec.versions', printed(), 'must contain unique version names'));
  }
  if (layout.versions.filter(version => version.storage).length !== 1) {
    const text = 'must have exactly one version marked as storage version';
    errors.push(fieldError.invalid('spec.versions', printed(), text));
  }
  const problems = names[0] ? nameChecks.dns1035Label(names[0], false) : [];
  // Kubernetes: the first version is `spec.version`, too.
  if (problems.length > 0) errors.push(fieldError.invalid('spec.version', names[0], problems.join(',')));
  return errors;
}

/** What all versions say alike is judged once, under the names that it had in v1beta1. */
function validateShared(
  { shared, versions }: InternalLayout,
  old: CustomResourceDefinition | undefined,
): readonly FieldError[] {
  const { schema, subresources, additionalPrinterColumns: columns = [], selectableFields = [] } = shared;
  const hasStatus = [shared, ...versions].some(each => each.subresources?.status !== undefined);
  const errors: FieldError[] = [
    ...validateSchema(schema, hasStatus, isKept(versions[0]?.name ?? '', schema, old), 'spec.validation'),
    ...validateSubresources(subresources, 'spec.subresources'),
    ...columns.flatMap((column, index) => validateColumn(column, `spec.additionalPrinterColumns[${index}]`)),
  ];
  if (selectableFields.length === 0) return errors;
  if (schema?.openAPIV3Schema === undefined) {
    const text = 'may only be set when validations.schema is included';
    return [...errors, fieldError.invalid('spec.selectableFields', '', text)];
  }
  const known = schema.openAPIV3Schema as JsonSchema;
  return [...errors, ...validateSelectableFields(selectableFields, known, 'spec.selectableFields')];
}
